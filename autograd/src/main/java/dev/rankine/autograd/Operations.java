package dev.rankine.autograd;

import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Multiply;
import java.util.List;

/** The registry of operations. A test fails if one is missing here. */
public final class Operations {
    private static final List<OpSpec> SPECS = List.of(Add.SPEC, Multiply.SPEC);

    private Operations() {}

    /** The specification of every operation, in the order of the table in the docs. */
    public static List<OpSpec> specs() {
        return SPECS;
    }
}
