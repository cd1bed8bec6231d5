package tools.choco.onboarding.funnel;

import java.util.List;

/** Nobody was ever offered a stage of that name. */
public final class UnknownStage extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param stages the stages there are
     */
    UnknownStage(List<String> stages) {
        super("The stages are " + String.join(", ", stages) + ".", null, false, false);
    }
}
