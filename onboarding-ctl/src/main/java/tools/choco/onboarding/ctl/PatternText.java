package tools.choco.onboarding.ctl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Makes up a text that a regular expression of a JSON Schema accepts: literals, classes, groups,
 * alternatives and quantifiers. Look-around and back references are beyond it; what it makes is
 * checked against the pattern, so an expression that it does not understand gives nothing rather
 * than something wrong.
 */
final class PatternText {

    private static final int TRIES = 50;

    /** What {@code *}, {@code +} and {@code {n,}} add to their minimum at most. */
    private static final int LOOSE_REPEATS = 6;

    private static final String WORD =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    private static final String ANY = WORD.replace("_", "") + " -.";

    private final String source;
    private final RandomGenerator random;
    private int at;

    private PatternText(String source, RandomGenerator random) {
        this.source = source;
        this.random = random;
    }

    /** A text of {@code shortest} to {@code longest} characters in which the pattern is found. */
    static Optional<String> matching(
            String pattern, int shortest, int longest, RandomGenerator random) {
        try {
            Pattern compiled = Pattern.compile(pattern);
            for (int i = 0; i < TRIES; i++) {
                String text = new PatternText(pattern, random).alternatives();
                if (text.length() >= shortest
                        && text.length() <= longest
                        && compiled.matcher(text).find()) {
                    return Optional.of(text);
                }
            }
        } catch (IllegalArgumentException notUnderstood) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private String alternatives() {
        List<String> choices = new ArrayList<>(List.of(sequence()));
        while (more() && peek() == '|') {
            at++;
            choices.add(sequence());
        }
        return Person.pick(choices, random);
    }

    private String sequence() {
        StringBuilder text = new StringBuilder();
        while (more() && peek() != '|' && peek() != ')') {
            int begin = at;
            String atom = atom();
            int times = times();
            int end = at;
            for (int i = 0; i < times; i++) {
                text.append(atom);
                // Each repetition is made up anew.
                at = begin;
                atom = i + 1 < times ? atom() : atom;
            }
            at = end;
        }
        return text.toString();
    }

    private String atom() {
        char c = next();
        return switch (c) {
            case '^', '$' -> "";
            case '.' -> one(ANY);
            case '[' -> one(characterClass());
            case '\\' -> one(escaped());
            case '(' -> group();
            default -> String.valueOf(c);
        };
    }

    private String group() {
        if (more() && peek() == '?') {
            at++;
            if (next() != ':') {
                throw new IllegalArgumentException("group of another kind");
            }
        }
        String text = alternatives();
        if (next() != ')') {
            throw new IllegalArgumentException("group without an end");
        }
        return text;
    }

    private int times() {
        if (!more()) {
            return 1;
        }
        int least;
        int most;
        switch (peek()) {
            case '?' -> {
                least = 0;
                most = 1;
                at++;
            }
            case '*' -> {
                least = 0;
                most = LOOSE_REPEATS;
                at++;
            }
            case '+' -> {
                least = 1;
                most = 1 + LOOSE_REPEATS;
                at++;
            }
            case '{' -> {
                int close = source.indexOf('}', at);
                String[] bounds = source.substring(at + 1, close).split(",", -1);
                least = Integer.parseInt(bounds[0]);
                if (bounds.length == 1) {
                    most = least;
                } else {
                    most =
                            bounds[1].isEmpty()
                                    ? least + LOOSE_REPEATS
                                    : Integer.parseInt(bounds[1]);
                }
                at = close + 1;
            }
            default -> {
                return 1;
            }
        }
        if (more() && (peek() == '?' || peek() == '+')) {
            at++;
        }
        return random.nextInt(least, most + 1);
    }

    /** The characters of a class; the opening bracket is already read. */
    private String characterClass() {
        boolean negated = peek() == '^';
        if (negated) {
            at++;
        }
        StringBuilder members = new StringBuilder();
        while (peek() != ']') {
            String from = peek() == '\\' ? escapedAfterBackslash() : String.valueOf(next());
            if (from.length() == 1 && peek() == '-' && source.charAt(at + 1) != ']') {
                at++;
                char to = peek() == '\\' ? escapedAfterBackslash().charAt(0) : next();
                for (char c = from.charAt(0); c <= Math.min(to, '~'); c++) {
                    members.append(c);
                }
            } else {
                members.append(from);
            }
        }
        at++;
        if (!negated) {
            return members.toString();
        }
        StringBuilder others = new StringBuilder();
        ANY.chars()
                .filter(c -> members.indexOf(String.valueOf((char) c)) < 0)
                .forEach(c -> others.append((char) c));
        return others.toString();
    }

    private String escapedAfterBackslash() {
        at++;
        return escaped();
    }

    private String escaped() {
        char c = next();
        return switch (c) {
            case 'd' -> "0123456789";
            case 'w' -> WORD;
            case 's' -> " ";
            case 'D', 'S' -> "abcxyz";
            case 'W' -> "-. ";
            case 't' -> "\t";
            case 'n' -> "\n";
            case 'p' -> {
                // A Unicode property: letters are the best guess.
                at = peek() == '{' ? source.indexOf('}', at) + 1 : at + 1;
                yield "abcdefgh";
            }
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw new IllegalArgumentException("escape of another kind");
                }
                yield String.valueOf(c);
            }
        };
    }

    private String one(String characters) {
        return String.valueOf(characters.charAt(random.nextInt(characters.length())));
    }

    private boolean more() {
        return at < source.length();
    }

    private char peek() {
        if (!more()) {
            throw new IllegalArgumentException("pattern ends early");
        }
        return source.charAt(at);
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }
}
