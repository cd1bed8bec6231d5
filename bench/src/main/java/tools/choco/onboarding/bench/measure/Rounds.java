package tools.choco.onboarding.bench.measure;

import java.util.ArrayList;
import java.util.List;

/** Takes a bench's rounds in turns, A and B and A and B. */
public final class Rounds {

    private Rounds() {}

    /** Runs a bench; one that fails is a result that says so. */
    public static Result of(Bench bench, Stage stage) {
        var row = bench.row();
        stage.say().accept("%s %s".formatted(row.id(), row.name()));
        try (var resources = new Resources()) {
            var comparison = bench.prepare(stage, resources);
            stage.server().settle();
            List<Double> a = new ArrayList<>();
            List<Double> b = new ArrayList<>();
            for (int round = 1; round <= stage.scale().rounds(); round++) {
                a.add(comparison.a());
                if (row.b() != null) {
                    b.add(comparison.b());
                }
                stage.say()
                        .accept(
                                "%s round %d: %s%s %s"
                                        .formatted(
                                                row.id(),
                                                round,
                                                Row.Numbers.of(a.getLast()),
                                                b.isEmpty()
                                                        ? ""
                                                        : " against " + Row.Numbers.of(b.getLast()),
                                                row.unit()));
            }
            return new Result(row, a, b, comparison.notes(), null);
        } catch (Bench.CannotRun e) {
            return Result.skipped(row, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.skipped(row, "interrupted");
        } catch (Exception e) {
            // One bench that breaks must not take the others' figures with it.
            stage.say().accept("%s failed: %s".formatted(row.id(), Failures.chain(e)));
            return Result.skipped(row, "failed: " + Failures.firstLine(e));
        }
    }

    /** What a failure was caused by. */
    private static final class Failures {

        /** Some quote all that another process has said. */
        static String firstLine(Throwable failure) {
            return failure.toString().lines().findFirst().orElse("");
        }

        static String chain(Throwable failure) {
            var text = new StringBuilder();
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                text.append(text.isEmpty() ? "" : " because of ").append(cause);
            }
            return text.toString();
        }
    }
}
