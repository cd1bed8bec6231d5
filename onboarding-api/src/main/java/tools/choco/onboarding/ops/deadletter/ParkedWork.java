package tools.choco.onboarding.ops.deadletter;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.choco.onboarding.deadletter.DeadLetter;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.deadletter.ParkingInvoker;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.projection.Generation;
import tools.choco.onboarding.projection.ParkedSequences;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ReadModelKeeper;

/** Hands parked sequences back to whoever parked them. */
public final class ParkedWork {

    private static final Pattern GENERATION = Pattern.compile("([a-z]+)_g([1-9][0-9]{0,8})");

    private final DeadLetters letters;
    private final Map<String, ParkingInvoker> invokers;
    private final ReadModelKeeper readModels;
    private final ParkedSequences sequences;

    /**
     * @param invokers what parks for the processors that feed no read model
     */
    public ParkedWork(
            DeadLetters letters,
            Collection<ParkingInvoker> invokers,
            ReadModelKeeper readModels,
            ParkedSequences sequences) {
        this.letters = letters;
        this.invokers =
                invokers.stream()
                        .collect(Collectors.toMap(ParkingInvoker::processor, Function.identity()));
        this.readModels = readModels;
        this.sequences = sequences;
    }

    /**
     * Handles the parked events of a sequence again, in order.
     *
     * @return whether the sequence goes on; otherwise its first letter says why not
     */
    boolean retry(DeadLetter letter) {
        ParkingInvoker invoker = invokers.get(letter.processor());
        if (invoker != null) {
            return invoker.retry(letter.sequenceKey());
        }
        Generation generation = generationOf(letter);
        // One that is gone was retried by somebody else meanwhile, and did go on.
        return sequences.retry(projectionOf(generation), generation, letter.id())
                != ParkedSequences.Outcome.STAYS;
    }

    /**
     * Leaves the first event of a sequence out for good, and handles those behind it.
     *
     * @return whether the sequence goes on; otherwise its first letter says why not
     */
    boolean discard(DeadLetter letter) {
        List<DeadLetter> sequence = letters.of(letter.processor(), letter.sequenceKey());
        if (sequence.isEmpty()) {
            throw unknown();
        }
        if (sequence.getFirst().id() != letter.id()) {
            throw waits();
        }
        ParkingInvoker invoker = invokers.get(letter.processor());
        if (invoker != null) {
            return invoker.discard(letter);
        }
        Generation generation = generationOf(letter);
        return switch (sequences.discard(projectionOf(generation), generation, letter.id())) {
            case GOES_ON -> true;
            case STAYS -> false;
            case GONE -> throw unknown();
            case WAITS -> throw waits();
        };
    }

    private static Generation generationOf(DeadLetter letter) {
        Matcher name = GENERATION.matcher(letter.processor());
        if (!name.matches()) {
            throw ofAnotherVersion();
        }
        return new Generation(name.group(1), Integer.parseInt(name.group(2)));
    }

    /** Only the code that made a generation can apply events to it. */
    private Projection projectionOf(Generation generation) {
        return readModels
                .projection(generation.projection())
                .filter(
                        projection ->
                                readModels.generations().of(projection.name()).stream()
                                        .anyMatch(
                                                it ->
                                                        it.generation().equals(generation)
                                                                && it.isOf(projection)))
                .orElseThrow(ParkedWork::ofAnotherVersion);
    }

    static EdgeProblem unknown() {
        return EdgeProblem.of(ProblemCode.DEAD_LETTER_UNKNOWN, "There is no such letter.");
    }

    private static EdgeProblem waits() {
        return EdgeProblem.of(
                ProblemCode.DEAD_LETTER_WAITS,
                "The event waits behind another of its sequence, which comes first.");
    }

    private static EdgeProblem ofAnotherVersion() {
        return EdgeProblem.of(
                ProblemCode.GENERATION_OF_ANOTHER_VERSION,
                "This version of the service does not keep what the letter belongs to.");
    }
}
