package dev.rankine.tornado;

import java.util.Map;
import java.util.TreeMap;

/**
 * Room within one large array. The lowest gap that is large enough is taken, so the same requests in the same order get
 * the same places: that is what lets a step be recognised.
 */
final class Places {
    /** Elements to which places are aligned. */
    private static final int ALIGNMENT = 64;

    private final TreeMap<Integer, Integer> gaps = new TreeMap<>();
    private final int capacity;
    private long used;

    Places(int capacity) {
        this.capacity = capacity / ALIGNMENT * ALIGNMENT;
        gaps.put(0, this.capacity);
    }

    /** The elements that a request really takes. */
    static long rounded(long length) {
        return Math.max(1, (length + ALIGNMENT - 1) / ALIGNMENT) * ALIGNMENT;
    }

    /** A place for so many elements, or -1 if no gap is large enough. */
    int take(long length) {
        long needed = rounded(length);
        for (Map.Entry<Integer, Integer> gap : gaps.entrySet()) {
            int place = gap.getKey();
            int room = gap.getValue();
            if (room >= needed) {
                gaps.remove(place);
                if (room > needed) {
                    gaps.put(place + (int) needed, room - (int) needed);
                }
                used += needed;
                return place;
            }
        }
        return -1;
    }

    void giveBack(int place, long length) {
        int from = place;
        int room = (int) rounded(length);
        used -= room;
        Map.Entry<Integer, Integer> before = gaps.lowerEntry(place);
        if (before != null && before.getKey() + before.getValue() == place) {
            from = before.getKey();
            room += before.getValue();
        }
        Integer after = gaps.remove(place + (int) rounded(length));
        gaps.put(from, after == null ? room : room + after);
    }

    long used() {
        return used;
    }

    int capacity() {
        return capacity;
    }
}
