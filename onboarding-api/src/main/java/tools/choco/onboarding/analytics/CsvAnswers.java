package tools.choco.onboarding.analytics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.stereotype.Component;
import tools.choco.onboarding.funnel.FunnelAnswer;
import tools.choco.onboarding.funnel.FunnelAnswer.Outcomes;
import tools.choco.onboarding.funnel.FunnelAnswer.Slice;
import tools.choco.onboarding.funnel.FunnelAnswer.Stage;
import tools.choco.onboarding.funnel.FunnelTrend;

/**
 * Answers as CSV by RFC 4180: a line for each stage and each outcome, of everything first and then
 * of each value of the breakdown. Lines say what they belong to, so that files can be joined.
 */
@Component
class CsvAnswers extends AbstractHttpMessageConverter<Object> {

    private static final String HEADER =
            line(
                    "funnel",
                    "from",
                    "to",
                    "order",
                    "window",
                    "incomplete",
                    "scope",
                    "value",
                    "kind",
                    "name",
                    "offered",
                    "sessions",
                    "skipped",
                    "fromPrevious",
                    "fromStart",
                    "p50Ms",
                    "p90Ms",
                    "p99Ms",
                    "position",
                    "projectionVersion");

    CsvAnswers() {
        super(StandardCharsets.UTF_8, new MediaType("text", "csv"));
    }

    @Override
    protected boolean supports(Class<?> type) {
        return type == FunnelAnswer.class || type == FunnelTrend.class;
    }

    @Override
    public boolean canRead(Class<?> type, @Nullable MediaType mediaType) {
        return false;
    }

    @Override
    protected Object readInternal(Class<?> type, HttpInputMessage input) {
        throw new HttpMessageNotReadableException("CSV is only written", input);
    }

    @Override
    protected void writeInternal(Object answer, HttpOutputMessage output) throws IOException {
        String text = answer instanceof FunnelTrend trend ? csv(trend) : csv((FunnelAnswer) answer);
        output.getBody().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String csv(FunnelAnswer answer) {
        StringBuilder csv = new StringBuilder(HEADER);
        String[] about = {
            answer.funnelId(),
            answer.from().toString(),
            answer.to().toString(),
            answer.order(),
            answer.window(),
            ""
        };
        String[] source = {answer.asOf().position(), Integer.toString(answer.projectionVersion())};
        append(csv, about, "all", "", answer.stages(), answer.outcomes(), source);
        for (Slice slice : answer.breakdown()) {
            append(csv, about, "value", slice.value(), slice.stages(), slice.outcomes(), source);
        }
        return csv.toString();
    }

    private static String csv(FunnelTrend trend) {
        StringBuilder csv = new StringBuilder(HEADER);
        String[] source = {trend.asOf().position(), Integer.toString(trend.projectionVersion())};
        for (FunnelTrend.Day day : trend.days()) {
            String[] about = {
                trend.funnelId(),
                day.day().toString(),
                day.day().toString(),
                trend.order(),
                trend.window(),
                Boolean.toString(day.incomplete())
            };
            append(csv, about, "all", "", day.stages(), day.outcomes(), source);
            for (Slice slice : day.breakdown()) {
                append(
                        csv,
                        about,
                        "value",
                        slice.value(),
                        slice.stages(),
                        slice.outcomes(),
                        source);
            }
        }
        return csv.toString();
    }

    /**
     * @param scope {@code all}, or {@code value} of one value of the breakdown, which may be empty
     */
    private static void append(
            StringBuilder csv,
            String[] about,
            String scope,
            String value,
            Iterable<Stage> stages,
            Outcomes outcomes,
            String[] source) {
        for (Stage stage : stages) {
            FunnelAnswer.TimeToReach times = stage.timeToReachMs();
            csv.append(
                    line(
                            about,
                            new String[] {
                                scope,
                                value,
                                "stage",
                                stage.stage(),
                                Long.toString(stage.offered()),
                                Long.toString(stage.sessions()),
                                Long.toString(stage.skipped()),
                                text(stage.fromPrevious()),
                                text(stage.fromStart()),
                                times == null ? "" : Long.toString(times.p50()),
                                times == null ? "" : Long.toString(times.p90()),
                                times == null ? "" : Long.toString(times.p99())
                            },
                            source));
        }
        byName(outcomes)
                .forEach(
                        (name, count) ->
                                csv.append(
                                        line(
                                                about,
                                                new String[] {
                                                    scope,
                                                    value,
                                                    "outcome",
                                                    name,
                                                    "",
                                                    Long.toString(count),
                                                    "",
                                                    "",
                                                    "",
                                                    "",
                                                    "",
                                                    ""
                                                },
                                                source)));
    }

    private static Map<String, Long> byName(Outcomes outcomes) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("converted", outcomes.converted());
        counts.put("reset", outcomes.reset());
        counts.put("failed", outcomes.failed());
        counts.put("dropped", outcomes.dropped());
        counts.put("parkedOnUser", outcomes.parkedOnUser());
        counts.put("parkedOnUs", outcomes.parkedOnUs());
        counts.put("inFlight", outcomes.inFlight());
        return counts;
    }

    private static String text(@Nullable Double share) {
        return share == null ? "" : share.toString();
    }

    private static String line(String[]... parts) {
        return line(Arrays.stream(parts).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private static String line(String... fields) {
        return Arrays.stream(fields)
                .map(CsvAnswers::field)
                .collect(Collectors.joining(",", "", "\r\n"));
    }

    /** Quoted where it has to be. */
    private static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
