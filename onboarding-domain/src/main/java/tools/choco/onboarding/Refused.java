package tools.choco.onboarding;

import java.util.List;

/**
 * A command was refused and changed nothing. Carries no stack trace: it is an answer, not a defect.
 */
public class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;
    private final transient List<Issue> issues;

    protected Refused(Refusal refusal, String detail, List<Issue> issues) {
        super(detail, null, false, false);
        this.refusal = refusal;
        this.issues = List.copyOf(issues);
    }

    /** A refusal for one reason. */
    public static Refused because(Refusal refusal, String detail) {
        return new Refused(refusal, detail, List.of());
    }

    /** A refusal that lists everything that is wrong. */
    public static Refused because(Refusal refusal, String detail, List<Issue> issues) {
        return new Refused(refusal, detail, issues);
    }

    /** The reason. */
    public Refusal refusal() {
        return refusal;
    }

    /** Everything that is wrong, one by one; empty where the reason says it all. */
    public List<Issue> issues() {
        return issues;
    }
}
