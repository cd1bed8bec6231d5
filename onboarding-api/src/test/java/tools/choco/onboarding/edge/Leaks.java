package tools.choco.onboarding.edge;

import java.util.regex.Pattern;

/** What no answer may show: stack traces, class names and SQL. */
public final class Leaks {

    /** Matches any of it. */
    public static final Pattern PATTERN =
            Pattern.compile(
                    "Exception|Throwable|StackTrace|\\bat [a-z]+\\.[\\w.]+\\("
                            + "|\\b(java|javax|jakarta|org|com|io|tools)\\.[a-z]+\\.\\w"
                            + "|(?i)\\b(select|insert|update|delete)\\b.*\\b(from|into|set)\\b"
                            + "|SQLState|PSQL|relation \"|session_view|event_kinds|Tomcat");

    private Leaks() {}
}
