import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls of the elementary functions of {@code VectorMath} and {@code Polynomials} spelled out: one operation of the Vector
 * API a line. C2 inlines those whatever it has inlined before, but not a method of ours once its budget of nodes is spent, and
 * a vector that goes into or comes out of a method is an object.
 *
 * <p>The sources are read as text: a function is a list of declarations and a {@code return}, made of calls only.
 */
final class SpelledOut {
    private static final Pattern FUNCTION = Pattern.compile(
            "static (?:Float|Int)Vector (\\w+)\\(((?:(?:Float|Int)Vector \\w+(?:, )?)*)\\) \\{([^{}]*)\\}");
    private static final Pattern DECLARATION = Pattern.compile("(?:\\w+(?:<\\w+>)?) (\\w+) =\\s+(.*)", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("ASHR|LSHL|GE|GT|LT");
    private static final Pattern CONSTANT = Pattern.compile("[A-Z][A-Z0-9_]*");

    private record Function(String owner, List<String> parameters, List<String> statements) {}

    private final Map<String, Function> functions = new HashMap<>();

    /** @param folder of the two classes */
    SpelledOut(Path folder) throws IOException {
        for (String owner : List.of("VectorMath", "Polynomials")) {
            String source = Files.readString(folder.resolve(owner + ".java"))
                    .replaceAll("//[^\n]*", "")
                    .replaceAll("(?s)/\\*.*?\\*/", "");
            for (Matcher found = FUNCTION.matcher(source); found.find(); ) {
                List<String> parameters = new ArrayList<>();
                for (String parameter : found.group(2).split(", ")) {
                    parameters.add(parameter.substring(parameter.indexOf(' ') + 1));
                }
                List<String> statements = List.of(found.group(3).strip().split(";\\s*"));
                functions.put(owner + "." + found.group(1), new Function(owner, parameters, statements));
            }
        }
    }

    /** The lines that compute an expression, the last of them into a variable of its own, {@code result}. */
    List<String> lines(String expression, String result) {
        Spelling spelling = new Spelling();
        spelling.declare(result, spelling.value(new Text(expression), "", Map.of()));
        return spelling.lines;
    }

    private static final class Text {
        private final String text;
        private int at;

        Text(String text) {
            this.text = text.replaceAll("\\s+", "");
        }

        boolean takes(char expected) {
            if (at < text.length() && text.charAt(at) == expected) {
                at++;
                return true;
            }
            return false;
        }

        boolean isCall() {
            return at < text.length() && text.charAt(at) == '(';
        }

        String word() {
            int from = at;
            while (at < text.length() && (Character.isJavaIdentifierPart(text.charAt(at)) || text.charAt(at) == '-')) {
                at++;
            }
            if (from == at) {
                throw new IllegalArgumentException("no word at " + from + " of " + text);
            }
            return text.substring(from, at);
        }
    }

    /** An expression that has not been given a variable yet, or an atom. */
    private final class Spelling {
        private final List<String> lines = new ArrayList<>();
        private final Map<String, Integer> used = new HashMap<>();

        String declare(String name, String value) {
            int times = used.merge(name, 1, Integer::sum);
            String unique = times == 1 ? name : name + times;
            lines.add("var " + unique + " = " + value + ";");
            return unique;
        }

        /** The last operation of an expression; the ones before are declared. */
        String value(Text text, String owner, Map<String, String> locals) {
            String word = text.word();
            String value;
            if (functions.containsKey(word + "." + peek(text))) {
                text.takes('.');
                value = call(word + "." + text.word(), text, owner, locals);
            } else if (text.isCall() && functions.containsKey(owner + "." + word)) {
                value = call(owner + "." + word, text, owner, locals);
            } else {
                value = atom(word, owner, locals);
            }
            while (text.takes('.')) {
                String on = value.contains("(") ? declare("t", value) : value;
                value = on + "." + text.word();
                if (text.takes('(')) {
                    value += "(" + String.join(", ", arguments(text, owner, locals)) + ")";
                }
            }
            return value;
        }

        private static String peek(Text text) {
            Text ahead = new Text(text.text.substring(text.at));
            return ahead.takes('.') ? ahead.word() : "";
        }

        private static String atom(String word, String owner, Map<String, String> locals) {
            if (locals.containsKey(word)) {
                return locals.get(word);
            }
            if (OPERATOR.matcher(word).matches()) {
                return "VectorOperators." + word;
            }
            return !owner.isEmpty() && CONSTANT.matcher(word).matches() ? owner + "." + word : word;
        }

        private List<String> arguments(Text text, String owner, Map<String, String> locals) {
            List<String> arguments = new ArrayList<>();
            while (!text.takes(')')) {
                text.takes(',');
                String value = value(text, owner, locals);
                arguments.add(value.contains("(") ? declare("t", value) : value);
            }
            return arguments;
        }

        private String call(String name, Text text, String owner, Map<String, String> locals) {
            Function function = functions.get(name);
            text.takes('(');
            List<String> arguments = arguments(text, owner, locals);
            Map<String, String> inner = new HashMap<>();
            for (int i = 0; i < arguments.size(); i++) {
                inner.put(function.parameters().get(i), arguments.get(i));
            }
            for (String statement : function.statements()) {
                Matcher declaration = DECLARATION.matcher(statement);
                if (statement.startsWith("return ")) {
                    return value(new Text(statement.substring("return ".length())), function.owner(), inner);
                }
                if (!declaration.matches()) {
                    throw new IllegalArgumentException(name + ": cannot spell out " + statement);
                }
                String local = declaration.group(1);
                inner.put(local, declare(local, value(new Text(declaration.group(2)), function.owner(), inner)));
            }
            throw new IllegalArgumentException(name + " returns nothing");
        }
    }
}
