import java.util.List;

/** The text of a class of kernels. */
abstract class KernelText {
    private final StringBuilder text = new StringBuilder();

    final String text() {
        return text.toString();
    }

    final void line(int depth, String code) {
        text.append("    ".repeat(depth)).append(code).append('\n');
    }

    final void header(List<String> imports, String... javadoc) {
        header(imports, List.of("jdk.incubator.vector.FloatVector"), javadoc);
    }

    final void header(List<String> imports, List<String> classes, String... javadoc) {
        line(0, "package dev.rankine.tensor.vector;");
        line(0, "");
        imports.forEach(name -> line(0, "import static dev.rankine.tensor.vector.Lanes." + name + ";"));
        line(0, "");
        classes.forEach(name -> line(0, "import " + name + ";"));
        line(0, "");
        line(0, "/**");
        for (String sentence : javadoc) {
            line(0, (" * " + sentence).stripTrailing());
        }
        line(0, " * <p>Written by {@code KernelGenerator}; change that, not this.");
        line(0, " */");
    }

    static String load(String address) {
        return "FloatVector.fromMemorySegment(SPECIES, ALL, " + address + ", ORDER)";
    }
}
