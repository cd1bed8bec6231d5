package tools.choco.onboarding.watch;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.eventlog.AggregateReader;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.watch.Snapshots.Snapshot;

/**
 * Opens streams: finds what comes first, and joins it to what happens from now on.
 *
 * <p>A stream takes part in the hub before anything is read for it. What is read then has every
 * event up to the hub's position, and the hub has every event after it.
 */
public final class Streams {

    private static final Logger log = LoggerFactory.getLogger(Streams.class);

    /** Events from the log in one connection; for more the client comes again. */
    private static final int BACKLOG_MAX = 500;

    /** Spread, so that the clients of an instance that ends do not come back all at once. */
    private static final long RETRY_MILLIS_MIN = 1_000;

    private static final long RETRY_MILLIS_MAX = 3_000;

    /**
     * How many read at once what their streams begin with. When an instance ends, all its clients
     * come to the next one within seconds; they wait here, not for connections or for one session.
     */
    private static final int OPENING_MAX = 8;

    private static final long OPENING_WAIT_SECONDS = 15;

    private final Semaphore opening = new Semaphore(OPENING_MAX, true);
    private final StreamHub hub;
    private final AggregateReader reader;
    private final Snapshots sessions;
    private final Snapshots sites;
    private final SitesOfSession sitesOfSession;

    public Streams(
            StreamHub hub,
            AggregateReader reader,
            Snapshots sessions,
            Snapshots sites,
            SitesOfSession sitesOfSession) {
        this.hub = hub;
        this.reader = reader;
        this.sessions = sessions;
        this.sites = sites;
        this.sitesOfSession = sitesOfSession;
    }

    /** How a stream begins: with these frames, which stand for the log up to the position. */
    private record Beginning(List<Frame> frames, long position, boolean more) {}

    /**
     * Refuses what is not there for the watcher.
     *
     * @throws tools.choco.onboarding.Refused if it is not there
     */
    void require(Watched watched, Watcher watcher) {
        read(watched, watcher);
    }

    /**
     * Answers with a stream, which goes on after this returns.
     *
     * @param after position that the client has seen; null for a snapshot
     * @throws tools.choco.onboarding.Refused if it is not there for the watcher
     * @throws EdgeProblem if there are too many streams, or the log has no such position
     */
    void open(
            Watched watched,
            Watcher watcher,
            @Nullable Long after,
            HttpServletRequest request,
            HttpServletResponse response) {
        if (!request.getMethod().equals("GET")) {
            // HEAD: as GET would, but for the stream.
            read(watched, watcher);
            addHeaders(response);
            return;
        }
        EventStream stream = hub.open(watched, watcher.subject());
        boolean begun = false;
        try {
            Beginning beginning = beginning(watched, watcher, after);
            addHeaders(response);
            // Through the filters, so that their headers go along; then past them.
            response.flushBuffer();
            begin(stream, beginning, unwrapped(request), unwrapped(response));
            begun = true;
        } catch (IOException gone) {
            log.debug("A client left before its stream began", gone);
        } finally {
            if (!begun) {
                stream.cut();
            }
        }
    }

    private Beginning beginning(Watched watched, Watcher watcher, @Nullable Long after) {
        try {
            if (!opening.tryAcquire(OPENING_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw EdgeProblem.of(
                        ProblemCode.UNAVAILABLE, "More streams are being opened than can be.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EdgeProblem.of(ProblemCode.UNAVAILABLE, "The service is about to end.");
        }
        try {
            long reached = hub.reached();
            Snapshot snapshot = read(watched, watcher);
            return after == null
                    ? withSnapshot(watched, snapshot, reached)
                    : withBacklog(watched, after, reached);
        } finally {
            opening.release();
        }
    }

    private Snapshot read(Watched watched, Watcher watcher) {
        Snapshots snapshots =
                switch (watched.kind()) {
                    case SESSION -> sessions;
                    case SITE -> sites;
                };
        return snapshots.read(watched.id(), watcher.read());
    }

    private Beginning withSnapshot(Watched watched, Snapshot snapshot, long reached) {
        long last = reader.position(watched.id(), snapshot.revision() - 1).orElseThrow();
        long position = Math.max(reached, last);
        return new Beginning(
                List.of(hub.frames().snapshot(position, snapshot.body().get())), position, false);
    }

    private Beginning withBacklog(Watched watched, long after, long reached) {
        if (after > reached && after > hub.head()) {
            throw EdgeProblem.of(
                    ProblemCode.INVALID_LAST_EVENT_ID, "The log has not come as far as that.");
        }
        List<String> ids =
                switch (watched.kind()) {
                    case SESSION ->
                            Stream.concat(
                                            Stream.of(watched.id()),
                                            sitesOfSession.siteIds(watched.id()).stream())
                                    .toList();
                    case SITE -> List.of(watched.id());
                };
        List<LoggedEvent> read =
                reader.after(after, ids, BACKLOG_MAX).stream().map(LoggedEvent::of).toList();
        boolean more = read.size() == BACKLOG_MAX && read.getLast().position() <= reached;
        // What is beyond comes from the hub: also of a site that has been asked for just now.
        List<Frame> frames =
                read.stream()
                        .filter(event -> event.position() <= reached && watched.wants(event))
                        .map(hub.frames()::event)
                        .toList();
        return new Beginning(frames, Math.max(after, reached), more);
    }

    private void begin(
            EventStream stream,
            Beginning beginning,
            ServletRequest request,
            ServletResponse response)
            throws IOException {
        List<Frame> frames = new ArrayList<>();
        frames.add(
                hub.frames()
                        .retryAfter(
                                ThreadLocalRandom.current()
                                        .nextLong(RETRY_MILLIS_MIN, RETRY_MILLIS_MAX)));
        frames.addAll(beginning.frames());
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        stream.begin(
                frames,
                beginning.position(),
                beginning.more(),
                new EventStream.Connection(
                        async, response.getOutputStream(), ConnectionCut.of(request)));
    }

    private static void addHeaders(HttpServletResponse response) {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("X-Accel-Buffering", "no");
    }

    /** What the filters have put around it would live as long as the stream. */
    private static ServletRequest unwrapped(ServletRequest request) {
        return request instanceof ServletRequestWrapper wrapper
                ? unwrapped(wrapper.getRequest())
                : request;
    }

    private static ServletResponse unwrapped(ServletResponse response) {
        return response instanceof ServletResponseWrapper wrapper
                ? unwrapped(wrapper.getResponse())
                : response;
    }
}
