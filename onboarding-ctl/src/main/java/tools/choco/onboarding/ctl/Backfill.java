package tools.choco.onboarding.ctl;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;

/**
 * Sends a file of events, batch by batch. After each batch that the service has taken, a file
 * beside it says how far that was; whatever was sent after it is sent again, and counts once.
 */
final class Backfill {

    /** Ending of the file that says how far it has come. */
    static final String MARK = ".ingested";

    private static final int LINE_BYTES_MAX = 65_536;
    private static final int BATCH_BYTES_MAX = 3 * 1_024 * 1_024;
    private static final int BEGINNING_BYTES_MAX = 65_536;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final Duration PAUSE_MIN = Duration.ofMillis(200);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final JsonFactory JSON = new JsonFactory();

    private final Service service;
    private final Signer signer;
    private final Duration patience;
    private final int eventsMax;
    private final Progress progress;
    private final RefusedLines refusedLines;
    private final Clock clock = Clock.systemUTC();

    private long offset;
    private long line;
    private long lines;
    private long accepted;
    private long repeated;
    private long refused;

    // The batch that is being filled: its events, their lines, and where it ends.
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final List<Long> numbers = new ArrayList<>();

    Backfill(
            Service service,
            Signer signer,
            Duration patience,
            int eventsMax,
            Progress progress,
            RefusedLines refusedLines) {
        this.service = service;
        this.signer = signer;
        this.patience = patience;
        this.eventsMax = eventsMax;
        this.progress = progress;
        this.refusedLines = refusedLines;
    }

    /**
     * What became of the lines of this run.
     *
     * @param firstLine where it began
     */
    record Result(
            long firstLine,
            long lines,
            long accepted,
            long repeated,
            long refused,
            Duration duration) {}

    /** Sends what is left of the file, or all of it. */
    Result run(Path file, boolean restart) throws InterruptedException {
        long begun = System.nanoTime();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            if (!restart) {
                resume(file);
            }
            in.skipNBytes(offset);
            long firstLine = line + 1;
            progress.begin();
            progress.stepTo(offset);
            while (readLine(in)) {
                if (numbers.size() == eventsMax || body.size() > BATCH_BYTES_MAX) {
                    flush(file);
                }
            }
            flush(file);
            progress.end();
            return new Result(
                    firstLine,
                    lines,
                    accepted,
                    repeated,
                    refused,
                    Duration.ofNanos(System.nanoTime() - begun));
        } catch (IOException unreadable) {
            throw CommandFailure.failed("file_unreadable: cannot read " + file);
        }
    }

    private void resume(Path file) throws IOException {
        Path mark = markOf(file);
        if (!Files.exists(mark)) {
            return;
        }
        String[] parts = Files.readString(mark).strip().split(" ", -1);
        if (parts.length != 3 || !parts[0].matches("\\d{1,18}") || !parts[1].matches("\\d{1,18}")) {
            throw CommandFailure.failed("mark_unreadable: delete %s or --restart".formatted(mark));
        }
        offset = Long.parseLong(parts[0]);
        line = Long.parseLong(parts[1]);
        if (offset > Files.size(file)) {
            throw CommandFailure.failed(
                    "mark_beyond_end: the file is shorter than what was sent of it; --restart");
        }
        if (!beginning(file, offset).equals(parts[2])) {
            throw CommandFailure.failed(
                    "mark_of_another_file: the file begins differently from what was sent;"
                            + " --restart");
        }
    }

    private static Path markOf(Path file) {
        return file.resolveSibling(file.getFileName() + MARK);
    }

    /** What tells a file from another of the same name, once so many bytes of it were sent. */
    private static String beginning(Path file, long sent) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(sent, BEGINNING_BYTES_MAX));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Adds the next line to the batch; false at the end of the file. */
    private boolean readLine(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long length = 0;
        int next = in.read();
        if (next < 0) {
            return false;
        }
        while (next >= 0 && next != '\n') {
            if (length++ < LINE_BYTES_MAX) {
                bytes.write(next);
            }
            next = in.read();
        }
        offset += length + (next < 0 ? 0 : 1);
        line++;
        byte[] event = line == 1 ? withoutByteOrderMark(bytes.toByteArray()) : bytes.toByteArray();
        if (isBlank(event)) {
            return true;
        }
        lines++;
        if (length > LINE_BYTES_MAX) {
            refuse(line, "event_too_large", "A line has at most " + LINE_BYTES_MAX + " bytes.");
        } else if (!isOneValue(event)) {
            refuse(line, "malformed_json", "The line is not one JSON value.");
        } else {
            body.write(numbers.isEmpty() ? '[' : ',');
            body.writeBytes(event);
            numbers.add(line);
        }
        return true;
    }

    /** Some systems begin their files with one; between events it would be none of JSON. */
    private static byte[] withoutByteOrderMark(byte[] event) {
        int length = BYTE_ORDER_MARK.length;
        return Arrays.mismatch(event, BYTE_ORDER_MARK) == length
                ? Arrays.copyOfRange(event, length, event.length)
                : event;
    }

    private static boolean isBlank(byte[] event) {
        for (byte b : event) {
            if (b > ' ' || b < 0) {
                return false;
            }
        }
        return true;
    }

    /** Read as the service will, within an array: what is none would spoil the whole batch. */
    private static boolean isOneValue(byte[] event) {
        byte[] array = new byte[event.length + 2];
        array[0] = '[';
        System.arraycopy(event, 0, array, 1, event.length);
        array[array.length - 1] = ']';
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), array)) {
            parser.nextToken();
            if (parser.nextToken() == JsonToken.END_ARRAY) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == JsonToken.END_ARRAY && parser.nextToken() == null;
        } catch (JacksonException malformed) {
            return false;
        }
    }

    private void refuse(long number, String code, String detail) {
        refused++;
        refusedLines.add(new RefusedLines.Line(number, code, detail));
    }

    private void flush(Path file) throws IOException, InterruptedException {
        if (!numbers.isEmpty()) {
            body.write(']');
            JsonNode receipt = send(body.toByteArray());
            accepted += receipt.path("accepted").asLong(0);
            repeated += receipt.path("repeated").asLong(0);
            for (JsonNode refusal : receipt.path("refusals")) {
                int index = refusal.path("index").asInt(-1);
                if (index >= 0 && index < numbers.size()) {
                    refuse(
                            numbers.get(index),
                            refusal.path("code").asString(""),
                            refusal.path("detail").asString(""));
                }
            }
            body.reset();
            numbers.clear();
        }
        Path mark = markOf(file);
        Path fresh = mark.resolveSibling(mark.getFileName() + ".new");
        Files.writeString(fresh, "%d %d %s%n".formatted(offset, line, beginning(file, offset)));
        Files.move(
                fresh, mark, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        progress.stepTo(offset);
    }

    private JsonNode send(byte[] batch) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Duration pause = PAUSE_MIN;
        while (true) {
            CommandFailure failure;
            try {
                String id = "msg_" + UUID.randomUUID();
                // Signed anew each time: a signature gets old.
                long now = clock.instant().getEpochSecond();
                Reply reply =
                        service.sendSigned(
                                "/ingest/events", id, now, signer.signature(id, now, batch), batch);
                if (reply.accepted()) {
                    return reply.json();
                }
                failure = CommandFailure.refused(reply);
                if (!Patience.PASSING.contains(reply.status())) {
                    throw failure;
                }
                pause = reply.retryAfter().orElse(pause);
            } catch (IOException silence) {
                failure = CommandFailure.unreachable(service.address(), silence);
            }
            if (System.nanoTime() + pause.toNanos() > deadline) {
                throw failure;
            }
            Thread.sleep(pause);
            pause =
                    pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0
                            ? PAUSE_MAX
                            : pause.multipliedBy(2);
        }
    }
}
