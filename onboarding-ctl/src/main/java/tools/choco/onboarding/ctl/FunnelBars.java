package tools.choco.onboarding.ctl;

import java.nio.charset.Charset;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * A funnel's answer as text of at most 80 columns: one line a stage, the bar as long as its share
 * of the start.
 */
final class FunnelBars {

    // What long names take, bars lack: a line has 80 columns.
    private static final int STAGE_WIDTH_MIN = 16;
    private static final int STAGE_WIDTH_MAX = 24;
    private static final int STAGE_AND_BAR_WIDTH = 36;

    private final String block;

    private FunnelBars(String block) {
        this.block = block;
    }

    /** Blocks where the output's charset has them, else plain ASCII. */
    static FunnelBars in(Charset charset) {
        return new FunnelBars(charset.newEncoder().canEncode('█') ? "█" : "#");
    }

    /** For what goes to standard output. */
    static FunnelBars forTerminal() {
        return in(System.out.charset());
    }

    /**
     * The drawing, lines ended by a line feed.
     *
     * @param funnel the answer of {@code GET /funnels/{funnelId}}
     */
    String draw(JsonNode funnel) {
        JsonNode stages = funnel.path("stages");
        long started = funnel.path("started").asLong(0);
        StringBuilder text = new StringBuilder();
        text.append(
                "%s, %s to %s%s: %d %s started%n%n"
                        .formatted(
                                funnel.path("funnelId").asString("funnel"),
                                funnel.path("from").asString("the first day"),
                                funnel.path("to").asString("today"),
                                manner(funnel),
                                started,
                                started == 1 ? "session" : "sessions"));
        int width = stageWidth(stages);
        text.append(
                row(width, "stage", "sessions", "", "reached", "of prev.", "offered", "skipped"));
        for (JsonNode stage : stages) {
            long sessions = stage.path("sessions").asLong(0);
            text.append(
                    row(
                            width,
                            stage.path("stage").asString("?"),
                            Long.toString(sessions),
                            bar(sessions, started, STAGE_AND_BAR_WIDTH - width),
                            percent(stage.path("fromStart")),
                            percent(stage.path("fromPrevious")),
                            count(stage.path("offered")),
                            count(stage.path("skipped"))));
        }
        appendFootnotes(funnel, text);
        return text.toString().replace("\r\n", "\n");
    }

    /** In which order and window stages count, where the answer says so. */
    private static String manner(JsonNode funnel) {
        String order = funnel.path("order").asString("");
        String window = funnel.path("window").asString("");
        return order.isEmpty() ? "" : ", %s, %s".formatted(order, window);
    }

    private void appendFootnotes(JsonNode funnel, StringBuilder text) {
        StringBuilder outcomes = new StringBuilder();
        for (var outcome : funnel.path("outcomes").properties()) {
            if (outcome.getValue().asLong(0) > 0) {
                outcomes.append(outcomes.isEmpty() ? "" : ", ")
                        .append(words(outcome.getKey()))
                        .append(' ')
                        .append(outcome.getValue().asLong());
            }
        }
        if (!outcomes.isEmpty()) {
            text.append('\n').append(outcomes).append('\n');
        }
        JsonNode asOf = funnel.path("asOf");
        if (asOf.isObject()) {
            text.append(
                    "%nas of %s, log position %s%n"
                            .formatted(
                                    asOf.path("time").asString("the empty log"),
                                    asOf.path("position").asString("0")));
        }
        long parked = funnel.path("parkedSequences").asLong(0);
        if (parked > 0) {
            text.append(
                    "not counted: %d parked %s%n"
                            .formatted(parked, parked == 1 ? "sequence" : "sequences"));
        }
    }

    /** At least one block for whoever got there, the full width only for all. */
    private String bar(long sessions, long started, int width) {
        if (sessions <= 0 || started <= 0) {
            return "";
        }
        long blocks = Math.clamp(sessions * width / started, 1, width);
        return block.repeat((int) blocks);
    }

    private static int stageWidth(JsonNode stages) {
        int longest = 0;
        for (JsonNode stage : stages) {
            longest = Math.max(longest, stage.path("stage").asString("?").length());
        }
        return Math.clamp(longest, STAGE_WIDTH_MIN, STAGE_WIDTH_MAX);
    }

    private static String row(
            int width,
            String stage,
            String sessions,
            String bar,
            String reached,
            String ofPrevious,
            String offered,
            String skipped) {
        return ("%-" + width + "s %8s %-" + (STAGE_AND_BAR_WIDTH - width) + "s %8s %8s %7s %7s")
                        .formatted(
                                shortened(stage, width),
                                sessions,
                                bar,
                                reached,
                                ofPrevious,
                                offered,
                                skipped)
                        .stripTrailing()
                + "\n";
    }

    private static String shortened(String stage, int width) {
        return stage.length() <= width ? stage : stage.substring(0, width - 1) + "~";
    }

    private static String percent(JsonNode share) {
        return share.isNumber()
                ? String.format(Locale.ROOT, "%.1f%%", share.doubleValue() * 100)
                : "-";
    }

    private static String count(JsonNode number) {
        return number.isNumber() ? Long.toString(number.longValue()) : "-";
    }

    private static String words(String camelCase) {
        return camelCase.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }
}
