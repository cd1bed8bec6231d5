package tools.choco.onboarding.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.flow.StepKind;

/** A session's content in plain (steps, answers, path), as a conflict has to name it. */
record SessionContent(SessionState state, AnswerVault vault, AnswerForms forms) {

    /** The answers that count now; empty if there are none or their key was destroyed. */
    Optional<Answers> answersOf(StepProgress step) {
        return step.latestAnswers().flatMap(it -> open(step, it));
    }

    /** The conflict of a write that was made against an earlier revision. */
    RevisionConflict conflictSince(long revision) {
        return new RevisionConflict(
                state.revision(),
                checksum(),
                state.progress().steps().stream()
                        .filter(step -> step.isChangedSince(revision))
                        .flatMap(step -> differences(step, revision))
                        .toList());
    }

    private Stream<RevisionConflict.Difference> differences(StepProgress step, long revision) {
        Change changed = step.changed();
        if (changed == null) {
            return Stream.empty();
        }
        if (step.kind() == StepKind.PATH && step.isCompleted()) {
            return Stream.of(difference("/pathId", changed));
        }
        String place = "/steps/" + step.stepId();
        Map<String, Change> members = changedAnswers(step, revision);
        boolean answeredLast =
                !step.answers().isEmpty()
                        && step.answers().getLast().revision() == changed.revision();
        return Stream.concat(
                members.entrySet().stream()
                        .map(it -> difference(place + it.getKey(), it.getValue())),
                answeredLast && !members.isEmpty()
                        ? Stream.empty()
                        : Stream.of(difference(place + "/status", changed)));
    }

    /** Which answers changed since, by pointer, and when each of them changed last. */
    private Map<String, Change> changedAnswers(StepProgress step, long revision) {
        List<AnswerVersion> since =
                step.answers().stream().filter(it -> it.revision() > revision).toList();
        Map<String, Change> changes = new TreeMap<>();
        Optional<Answers> before = step.answersAt(revision).flatMap(it -> open(step, it));
        for (AnswerVersion version : since) {
            Optional<Answers> after = open(step, version.sealed());
            if (before.isEmpty() || after.isEmpty()) {
                return Map.of("/answers", since.getLast().change());
            }
            forms.difference(before.get(), after.get())
                    .forEach(member -> changes.put("/answers" + member, version.change()));
            before = after;
        }
        return changes;
    }

    private static RevisionConflict.Difference difference(String pointer, Change change) {
        return new RevisionConflict.Difference(
                pointer, change.revision(), change.at(), change.by());
    }

    private String checksum() {
        StringBuilder content = new StringBuilder();
        for (StepProgress step : state.progress().steps()) {
            content.append(step.stepId())
                    .append('\t')
                    .append(step.status())
                    .append('\t')
                    .append(answersOf(step).map(Answers::canonicalJson).orElse(""))
                    .append('\n');
        }
        content.append(state.progress().pathId());
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(content.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    private Optional<Answers> open(StepProgress step, SealedAnswers sealed) {
        return vault.open(state.userId(), state.id().value(), step.stepId(), sealed);
    }
}
