package tools.choco.onboarding.ops.replay;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.projection.Replay;
import tools.choco.onboarding.projection.Replays;
import tools.jackson.databind.json.JsonMapper;

/**
 * Streams of a replay's progress. They are few, so each has the thread of its request, a virtual
 * one, and asks the database.
 */
public final class ReplayStreams implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplayStreams.class);

    private static final int STREAMS_MAX = 20;
    private static final long LOOK_MILLIS = 500;
    private static final int LOOKS_PER_HEARTBEAT = 20;
    private static final String RETRY = "retry: 2000\n\n";
    private static final String HEARTBEAT = ":\n\n";

    private final Replays replays;
    private final JsonMapper json;
    private final Semaphore free = new Semaphore(STREAMS_MAX);
    private final CountDownLatch closed = new CountDownLatch(1);

    public ReplayStreams(Replays replays, JsonMapper json) {
        this.replays = replays;
        this.json = json;
    }

    /**
     * Answers with a stream, and returns at its end: when nothing more comes of the replay by
     * itself, the reader is gone, or the service ends.
     *
     * @param first what the replay is at the beginning
     * @param headOnly whether only the answer's headers are wanted
     * @throws EdgeProblem if there are too many
     */
    void stream(Replay first, boolean headOnly, HttpServletResponse response) {
        if (!free.tryAcquire()) {
            throw EdgeProblem.of(
                    ProblemCode.TOO_MANY_STREAMS,
                    "At most %d streams of replays are open at once.".formatted(STREAMS_MAX));
        }
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            response.flushBuffer();
            if (!headOnly) {
                write(first, response);
            }
        } catch (IOException gone) {
            log.debug("A reader of a replay's progress is gone", gone);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            free.release();
        }
    }

    private void write(Replay first, HttpServletResponse response)
            throws IOException, InterruptedException {
        send(RETRY, response);
        @Nullable Replay last = null;
        Replay now = first;
        int silent = 0;
        while (true) {
            if (!now.equals(last)) {
                send(frame(now), response);
                last = now;
                silent = 0;
            } else if (++silent == LOOKS_PER_HEARTBEAT) {
                send(HEARTBEAT, response);
                silent = 0;
            }
            if (now.state().isSettled() || closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            now = replays.find(first.id()).orElse(now);
        }
    }

    private String frame(Replay replay) {
        return "id: %d\nevent: progress\ndata: %s\n\n"
                .formatted(replay.position(), json.writeValueAsString(ReplayBody.of(replay)));
    }

    private static void send(String text, HttpServletResponse response) throws IOException {
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
    }

    /** Ends every stream. */
    @Override
    public void close() {
        closed.countDown();
    }
}
