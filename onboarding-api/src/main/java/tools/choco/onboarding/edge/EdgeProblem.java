package tools.choco.onboarding.edge;

import java.util.List;
import tools.choco.onboarding.Issue;

/** A request that the edge refuses before it reaches the domain. */
public final class EdgeProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ProblemCode code;
    private final transient List<Issue> errors;

    private EdgeProblem(ProblemCode code, String detail, List<Issue> errors) {
        super(detail, null, false, false);
        this.code = code;
        this.errors = errors;
    }

    /** A problem with one cause. */
    public static EdgeProblem of(ProblemCode code, String detail) {
        return new EdgeProblem(code, detail, List.of());
    }

    /** A problem at one place of the body. */
    public static EdgeProblem at(ProblemCode code, String pointer, String detail) {
        return new EdgeProblem(code, detail, List.of(new Issue(pointer, code.code(), detail)));
    }

    Problem problem() {
        return Problem.of(code, String.valueOf(getMessage()), errors);
    }
}
