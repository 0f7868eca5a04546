package dev.rankine.tornado;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What the device has been told already: a tree of calls, in which a node is a call after the calls before it in the same
 * scope. The device knows the numbers of every node and, for each, which one came next the last time. A step that makes
 * the same calls as one before it walks down the same path, and the device needs to be told nothing.
 */
final class Record {
    /** The node before the first call of a scope. */
    static final int ROOT = 0;

    private final int capacity;
    private final Map<Step, Integer> nodes = new HashMap<>();
    private final int[] next;
    private int size = 1;

    private record Step(int before, Call call) {}

    /** Where a call stands, and what must be written to the device before its launch. */
    record Place(int node, boolean isNew, boolean isExpected) {}

    Record(int capacity) {
        this.capacity = capacity;
        this.next = new int[capacity];
    }

    /** The node of a call after the node {@code before}; the record begins anew where it is full. */
    Place find(int before, Call call) {
        Integer known = nodes.get(new Step(before, call));
        if (known != null) {
            boolean expected = next[before] == known;
            next[before] = known;
            return new Place(known, false, expected);
        }
        if (size == capacity) {
            nodes.clear();
            Arrays.fill(next, ROOT);
            size = 1;
        }
        int node = size++;
        nodes.put(new Step(before, call), node);
        next[before] = node;
        return new Place(node, true, false);
    }
}
