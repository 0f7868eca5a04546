/**
 * The GPU back-end, through TornadoVM. All tensors lie in one array on the device; a kernel is compiled once, whatever the
 * shapes, and finds what a call is about in a table that stays there too. Begin with {@link
 * dev.rankine.tornado.TornadoBackend}, then {@link dev.rankine.tornado.Engine}; docs/gpu.md tells the rest.
 */
@NullMarked
package dev.rankine.tornado;

import org.jspecify.annotations.NullMarked;
