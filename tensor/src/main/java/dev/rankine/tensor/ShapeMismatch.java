package dev.rankine.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Operands whose shapes do not fit, as in {@code matmul: [2, 3] x [4, 5]: inner dimensions 3 and 4 differ}. */
public final class ShapeMismatch extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private ShapeMismatch(String message) {
        super(message);
    }

    public static ShapeMismatch in(String operation, String why, Shape... operands) {
        String shapes = Arrays.stream(operands).map(Shape::toString).collect(Collectors.joining(" x "));
        return new ShapeMismatch(operation + ": " + shapes + ": " + why);
    }

    /** Checks that a tensor has exactly the shape that the operation needs there. */
    public static void require(String operation, String operand, Shape expected, Shape got) {
        if (!expected.equals(got)) {
            throw new ShapeMismatch(operation + ": " + operand + " must be " + expected + ", got " + got);
        }
    }
}
