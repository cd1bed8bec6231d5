package tools.choco.onboarding.hosting.local;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.hosting.GitAccess;

/**
 * Lets the owner of a repository in. Whoever comes without a name is asked for one, whatever the
 * path; for everyone else there is no such repository, be it another's or none.
 */
final class GitGate extends HttpFilter {

    /** Name of the repository, as an attribute of the request. */
    static final String REPOSITORY = GitGate.class.getName() + ".repository";

    private static final long serialVersionUID = 1L;

    private static final Pattern PATH =
            Pattern.compile(
                    "/([^/]+)/([^/]+?)(?:\\.git)?/(info/refs|git-upload-pack|git-receive-pack)");
    private static final String PUSH = "git-receive-pack";
    private static final String NOBODY = "";
    private static final int CREDENTIALS_CHARACTERS_MAX = 4_096;
    // What a clone asks for, and what is left of a push that was refused.
    private static final long ASKED_BYTES_MAX = 4L * 1024 * 1024;
    private static final long SWALLOWED_BYTES_MAX = 256L * 1024 * 1024;
    private static final long PLACE_SECONDS = 10;

    private final transient LocalHosting hosting;
    private final transient GitAccess access;
    private final transient Semaphore places;
    private final transient Map<String, ReentrantLock> pushes = new ConcurrentHashMap<>();

    GitGate(LocalHosting hosting, GitAccess access, int atOnceMax) {
        this.hosting = hosting;
        this.access = access;
        this.places = new Semaphore(atOnceMax);
    }

    private record Credentials(String login, String token) {}

    @Override
    protected void doFilter(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Credentials credentials = credentials(request.getHeader("Authorization"));
        if (credentials == null) {
            response.setHeader("WWW-Authenticate", "Basic realm=\"git\", charset=\"UTF-8\"");
            response.sendError(
                    HttpServletResponse.SC_UNAUTHORIZED,
                    "The login of the linked account and its token are needed.");
            return;
        }
        Matcher path = PATH.matcher(String.valueOf(request.getPathInfo()));
        Optional<RepositoryName> name =
                path.matches()
                        ? RepositoryName.parse(path.group(1) + "/" + path.group(2))
                        : Optional.empty();
        Optional<SiteRecord> site = name.flatMap(hosting.registry()::byRepository);
        // Asked in any case: who waits longer for one answer than for the other learns from it.
        boolean owner =
                access.mayUse(
                        site.map(SiteRecord::userId).orElse(NOBODY),
                        credentials.login(),
                        credentials.token());
        if (name.isEmpty()
                || site.isEmpty()
                || !owner
                || !hosting.repositories().exists(name.get(), site.get().siteId())) {
            response.sendError(
                    HttpServletResponse.SC_NOT_FOUND, "There is no such repository of yours.");
            return;
        }
        request.setAttribute(REPOSITORY, name.get());
        request.setAttribute(PushRules.SITE, site.get().siteId());
        try {
            if (path.group(3).equals(PUSH)) {
                push(name.get(), request, response, chain);
            } else {
                serve(new BoundedRequest(request, ASKED_BYTES_MAX), response, chain);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            busy(response);
        }
    }

    private void push(
            RepositoryName name,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws IOException, ServletException, InterruptedException {
        ReentrantLock turn = pushes.computeIfAbsent(name.key(), key -> new ReentrantLock());
        if (!turn.tryLock(PLACE_SECONDS, TimeUnit.SECONDS)) {
            busy(response);
            return;
        }
        try {
            request.setAttribute(PushRules.FULL, isFull(name));
            serve(
                    new BoundedRequest(
                            request, hosting.limits().pushBytesMax() + SWALLOWED_BYTES_MAX),
                    response,
                    chain);
        } finally {
            turn.unlock();
        }
    }

    private boolean isFull(RepositoryName name) throws IOException {
        long max = hosting.limits().repositoryBytesMax();
        if (hosting.repositories().bytes(name) <= max) {
            return false;
        }
        // What pushes that were refused have left may be most of it.
        hosting.repositories().collect(name);
        return hosting.repositories().bytes(name) > max;
    }

    private void serve(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException, InterruptedException {
        if (!places.tryAcquire(PLACE_SECONDS, TimeUnit.SECONDS)) {
            busy(response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            places.release();
        }
    }

    private static void busy(HttpServletResponse response) throws IOException {
        response.setHeader("Retry-After", "5");
        response.sendError(
                HttpServletResponse.SC_SERVICE_UNAVAILABLE, "Too much is going on, try again.");
    }

    private static @Nullable Credentials credentials(@Nullable String header) {
        if (header == null
                || header.length() > CREDENTIALS_CHARACTERS_MAX
                || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            String plain =
                    new String(
                            Base64.getDecoder().decode(header.substring(6).strip()),
                            StandardCharsets.UTF_8);
            int colon = plain.indexOf(':');
            return colon <= 0 || colon == plain.length() - 1
                    ? null
                    : new Credentials(plain.substring(0, colon), plain.substring(colon + 1));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
