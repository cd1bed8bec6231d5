package tools.choco.onboarding.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Results as a table for people, as Markdown for the documentation, and as JSON for programs. */
public record Report(Machine machine, Scale scale, String settings, List<Result> results) {

    private static final String TABLE_BEGIN = "<!-- table: begin -->";
    private static final String TABLE_END = "<!-- table: end -->";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A table that fits a terminal. */
    public String table() {
        var lines = new StringBuilder();
        lines.append(
                "%-3s %-44s %12s %12s %-10s %8s %15s %8s%n"
                        .formatted("#", "", "A", "B", "", "A/B", "min..max", "aim"));
        for (var result : results) {
            var row = result.row();
            if (result.isSkipped()) {
                lines.append(
                        "%-3s %-44s skipped: %s%n"
                                .formatted(row.id(), row.name(), result.skipped()));
                continue;
            }
            lines.append(
                    "%-3s %-44s %12s %12s %-10s %8s %15s %8s %s%n"
                            .formatted(
                                    row.id(),
                                    row.name(),
                                    Row.Numbers.of(result.medianOfA()),
                                    b(result),
                                    row.unit(),
                                    ratio(result),
                                    spread(result),
                                    row.aim(),
                                    result.isMet() ? "" : "missed"));
            result.notes().forEach(note -> lines.append("      ").append(note).append('\n'));
        }
        return lines.toString();
    }

    /** The dated table of the documentation. */
    public String markdown() {
        var text = new StringBuilder();
        text.append("%s, %s; %s.\n\n".formatted(machine.date(), machine.described(), settings));
        text.append("| # | A | B | A | B | unit | A/B | min..max | aim | |\n");
        text.append("|---|---|---|--:|--:|---|--:|---|---|---|\n");
        for (var result : results) {
            var row = result.row();
            var what =
                    "| %s | %s | %s |".formatted(row.id(), row.a(), row.b() == null ? "" : row.b());
            text.append(
                    result.isSkipped()
                            ? "%s | | | | | %s | skipped: %s |%n"
                                    .formatted(what, row.aim(), result.skipped())
                            : "%s %s | %s | %s | %s | %s | %s | %s |%n"
                                    .formatted(
                                            what,
                                            Row.Numbers.of(result.medianOfA()),
                                            b(result),
                                            row.unit(),
                                            ratio(result),
                                            spread(result),
                                            row.aim(),
                                            result.isMet() ? "met" : "**missed**"));
        }
        for (var result : results) {
            result.notes()
                    .forEach(
                            note ->
                                    text.append(
                                            "\nRow %s: %s\n".formatted(result.row().id(), note)));
        }
        return text.toString();
    }

    /** Puts the table into a document, between its two marks. */
    public void writeInto(Path document) throws IOException {
        var text = Files.readString(document);
        int begin = text.indexOf(TABLE_BEGIN);
        int end = text.indexOf(TABLE_END);
        if (begin < 0 || end < begin) {
            throw new IOException("%s has no place for the table".formatted(document));
        }
        Files.writeString(
                document,
                text.substring(0, begin + TABLE_BEGIN.length())
                        + "\n"
                        + markdown()
                        + text.substring(end));
    }

    /** Everything, figures round by round included. */
    public void writeJson(Path file) throws IOException {
        var root = JSON.createObjectNode();
        root.putPOJO("machine", machine);
        root.put("settings", settings);
        root.putPOJO("scale", scale.toString());
        var rows = root.putArray("rows");
        results.forEach(result -> describe(result, rows.addObject()));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    }

    private static void describe(Result result, ObjectNode node) {
        var row = result.row();
        node.put("id", row.id()).put("name", row.name());
        if (result.isSkipped()) {
            node.put("aim", row.aim().bound()).put("skipped", result.skipped());
            return;
        }
        node.put("a", result.medianOfA());
        if (row.b() != null) {
            node.put("b", result.medianOfB());
        }
        node.put("unit", row.unit())
                .put("ratio", result.ratio())
                .put("ratioMin", result.ratioMin())
                .put("ratioMax", result.ratioMax())
                .put("aim", row.aim().bound())
                .put("aimIs", row.aim().atLeast() ? "at least" : "at most")
                .put("met", result.isMet());
        var roundsOfA = node.putArray("aRounds");
        result.a().forEach(roundsOfA::add);
        var roundsOfB = node.putArray("bRounds");
        result.b().forEach(roundsOfB::add);
        var notes = node.putArray("notes");
        result.notes().forEach(notes::add);
    }

    private static String b(Result result) {
        return result.row().b() == null ? "" : Row.Numbers.of(result.medianOfB());
    }

    private static String ratio(Result result) {
        return result.row().b() == null ? "" : String.format(Locale.ROOT, "%.2f", result.ratio());
    }

    private static String spread(Result result) {
        return "%s..%s"
                .formatted(Row.Numbers.of(result.ratioMin()), Row.Numbers.of(result.ratioMax()));
    }

    /** The rows that were measured and have missed their aim. */
    public String missed() {
        return results.stream()
                .filter(result -> !result.isSkipped() && !result.isMet())
                .map(result -> result.row().id())
                .collect(Collectors.joining(", "));
    }
}
