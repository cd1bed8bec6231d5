package tools.choco.onboarding.hosting.local;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.StandardSessionIdGenerator;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.modeler.Registry;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.http.server.GitServlet;
import org.eclipse.jgit.http.server.resolver.AsIsFileService;
import org.eclipse.jgit.transport.UploadPack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.hosting.GitAccess;
import tools.choco.onboarding.hosting.PushListener;
import tools.choco.onboarding.launch.StartFailure;

/** The web server of the sites: a port, and with it an origin, of their own. */
public final class SitesServer {

    private static final Logger log = LoggerFactory.getLogger(SitesServer.class);
    private static final int CONNECTION_TIMEOUT_MILLIS = 20_000;
    private static final int HEADER_BYTES_MAX = 16 * 1024;

    private final LocalHosting hosting;
    private final SitesAddress address;
    private final SitesSettings settings;
    private final GitAccess access;
    private final PushListener listener;
    private final Path work;
    private final Semaphore requests;
    private @Nullable Tomcat tomcat;

    /**
     * @param work directory for what the server keeps while it runs
     */
    public SitesServer(
            LocalHosting hosting,
            SitesAddress address,
            SitesSettings settings,
            GitAccess access,
            PushListener listener,
            Path work) {
        this.hosting = hosting;
        this.address = address;
        this.settings = settings;
        this.access = access;
        this.listener = listener;
        this.work = work;
        this.requests = new Semaphore(settings.requestsAtOnceMax());
    }

    /**
     * Begins to listen.
     *
     * @throws StartFailure if the port is taken, or the address is none of this machine
     */
    public synchronized void start() {
        Registry.disableRegistry();
        Tomcat fresh = new Tomcat();
        try {
            Files.createDirectories(work);
            fresh.setBaseDir(work.toString());
            Connector connector = connector();
            fresh.setConnector(connector);
            fresh.getService().setName("sites");
            fresh.getEngine().setName("sites");
            StandardHost host = (StandardHost) fresh.getHost();
            host.setErrorReportValveClass(PlainErrors.class.getName());
            host.setAutoDeploy(false);
            context(fresh);
            fresh.start();
            if (!connector.getState().isAvailable()) {
                throw new StartFailure(
                        StartFailure.Reason.PORT_IN_USE, "The port of the sites cannot be used.");
            }
            address.listensOn(connector.getLocalPort());
            tomcat = fresh;
        } catch (LifecycleException | IOException failed) {
            destroy(fresh);
            throw startFailure(failed);
        } catch (RuntimeException failed) {
            destroy(fresh);
            throw failed;
        }
    }

    /** Lets requests under way end for a while, then stops listening. */
    public synchronized void stop() {
        Tomcat running = tomcat;
        if (running == null) {
            return;
        }
        tomcat = null;
        running.getConnector().pause();
        int all = settings.requestsAtOnceMax();
        try {
            if (requests.tryAcquire(all, settings.stopWait().toMillis(), TimeUnit.MILLISECONDS)) {
                requests.release(all);
            } else {
                log.warn("Requests to sites are cut off, they did not end in time");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        destroy(running);
    }

    /** Whether it listens. */
    public synchronized boolean isRunning() {
        return tomcat != null;
    }

    private Connector connector() {
        Connector connector = new Connector();
        connector.setPort(settings.port());
        connector.setThrowOnFailure(true);
        connector.setXpoweredBy(false);
        connector.setAllowTrace(false);
        connector.setURIEncoding("UTF-8");
        connector.setParseBodyMethods("");
        if (connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
            protocol.setAddress(settings.address());
            protocol.setExecutor(new VirtualThreadExecutor("sites-"));
            protocol.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        }
        if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
            http.setMaxHttpRequestHeaderSize(HEADER_BYTES_MAX);
        }
        return connector;
    }

    private void context(Tomcat server) {
        StandardContext context =
                (StandardContext) server.addContext("", work.toAbsolutePath().toString());
        context.setParentClassLoader(SitesServer.class.getClassLoader());
        context.setCookies(false);
        StandardManager sessions = new StandardManager();
        sessions.setSessionIdGenerator(new NoSessions());
        context.setManager(sessions);
        // It ends with the process; nothing is loaded again.
        context.setClearReferencesRmiTargets(false);
        context.setClearReferencesThreadLocals(false);
        filter(context, "requests", new Gate(), "/*");
        filter(
                context,
                "git-access",
                new GitGate(hosting, access, settings.gitRequestsAtOnceMax()),
                "/git/*");
        Tomcat.addServlet(context, "git", git());
        context.addServletMappingDecoded("/git/*", "git");
        Tomcat.addServlet(context, "pages", new SitePages(hosting, address));
        context.addServletMappingDecoded("/", "pages");
    }

    private GitServlet git() {
        GitServlet git = new GitServlet();
        git.setAsIsFileService(AsIsFileService.DISABLED);
        git.setRepositoryResolver(
                (request, path) -> {
                    if (request.getAttribute(GitGate.REPOSITORY) instanceof RepositoryName name) {
                        try {
                            return hosting.repositories().open(name);
                        } catch (IOException unreadable) {
                            throw new RepositoryNotFoundException(path, unreadable);
                        }
                    }
                    throw new RepositoryNotFoundException(path);
                });
        git.setUploadPackFactory((request, repository) -> new UploadPack(repository));
        git.setUploadPackErrorHandler(
                (request, response, upload) -> {
                    try {
                        upload.upload();
                    } catch (IOException brokenOff) {
                        log.debug("A clone broke off", brokenOff);
                        if (!response.isCommitted()) {
                            response.reset();
                            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
                        }
                    }
                });
        git.setReceivePackFactory(new PushRules(hosting, listener));
        return git;
    }

    private static void filter(Context context, String name, HttpFilter filter, String pattern) {
        FilterDef definition = new FilterDef();
        definition.setFilterName(name);
        definition.setFilter(filter);
        context.addFilterDef(definition);
        FilterMap map = new FilterMap();
        map.setFilterName(name);
        map.addURLPattern(pattern);
        context.addFilterMap(map);
    }

    private StartFailure startFailure(Exception failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return new StartFailure(
                        StartFailure.Reason.PORT_IN_USE,
                        "Port "
                                + settings.port()
                                + " for the sites is taken; end what listens there, or set"
                                + " ONBOARDING_SITES_PORT.");
            }
        }
        return new StartFailure(
                StartFailure.Reason.CONFIGURATION,
                "The server of the sites does not start: " + failed);
    }

    private static void destroy(Tomcat server) {
        try {
            server.stop();
            server.destroy();
        } catch (LifecycleException failed) {
            log.warn("The server of the sites did not end in order", failed);
        }
    }

    /** There are no sessions; to prepare for them takes a while, of which the log would speak. */
    private static final class NoSessions extends StandardSessionIdGenerator {

        @Override
        protected void startInternal() throws LifecycleException {
            setState(LifecycleState.STARTING);
        }
    }

    /** Counts requests, and puts on every answer what keeps a browser on the safe side. */
    private final class Gate extends HttpFilter {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doFilter(
                HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.setHeader("Referrer-Policy", "strict-origin-when-cross-origin");
            response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
            if (!requests.tryAcquire()) {
                response.setHeader("Retry-After", "1");
                response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
                return;
            }
            try {
                chain.doFilter(request, response);
            } finally {
                requests.release();
            }
        }
    }
}
