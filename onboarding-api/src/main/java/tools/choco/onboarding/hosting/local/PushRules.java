package tools.choco.onboarding.hosting.local;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.eclipse.jgit.transport.ReceiveCommand.Type;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.resolver.ReceivePackFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.hosting.PushListener;
import tools.choco.onboarding.hosting.render.BrokenSource;

/**
 * What may be pushed: bounded packs, sound objects, plain files, and a main branch that only moves
 * forward. Each refusal reaches whoever pushes as a sentence.
 */
final class PushRules implements ReceivePackFactory<HttpServletRequest> {

    /** Whether the repository was full before the push, as an attribute of the request. */
    static final String FULL = PushRules.class.getName() + ".full";

    /** The site of the repository, as an attribute of the request. */
    static final String SITE = PushRules.class.getName() + ".site";

    private static final Logger log = LoggerFactory.getLogger(PushRules.class);
    private static final int COMMAND_BYTES_MAX = 64 * 1024;

    private final LocalHosting hosting;
    private final PushListener listener;
    private final SiteLimits limits;

    PushRules(LocalHosting hosting, PushListener listener) {
        this.hosting = hosting;
        this.listener = listener;
        this.limits = hosting.limits();
    }

    @Override
    public ReceivePack create(HttpServletRequest request, Repository repository) {
        String siteId = String.valueOf(request.getAttribute(SITE));
        boolean full = Boolean.TRUE.equals(request.getAttribute(FULL));
        ReceivePack push = new Push(repository, siteId, limits.pushBytesMax());
        push.setMaxObjectSizeLimit(limits.objectBytesMax());
        push.setMaxCommandBytes(COMMAND_BYTES_MAX);
        push.setObjectChecker(
                new CountingChecker(limits.pushObjectsMax(), limits.pushUnpackedBytesMax()));
        push.setAllowCreates(true);
        push.setAllowDeletes(true);
        push.setAllowNonFastForwards(true);
        push.setPreReceiveHook((it, commands) -> check(repository, siteId, full, commands));
        push.setPostReceiveHook((it, commands) -> tell(siteId, commands));
        return push;
    }

    private void check(
            Repository repository,
            String siteId,
            boolean full,
            Collection<ReceiveCommand> commands) {
        try {
            int refs = repository.getRefDatabase().getRefsByPrefix(Constants.R_REFS).size();
            for (ReceiveCommand command : commands) {
                refs += command.getType() == Type.CREATE ? 1 : 0;
                String refusal = refusal(repository, full, refs, command);
                if (refusal != null) {
                    command.setResult(Result.REJECTED_OTHER_REASON, refusal);
                }
            }
            hosting.repositories().forceObjects(name(siteId));
        } catch (IOException failed) {
            log.warn("A push to the repository of site {} cannot be checked", siteId, failed);
            commands.forEach(
                    it ->
                            it.setResult(
                                    Result.REJECTED_OTHER_REASON,
                                    "the repository cannot be read or written, try again later"));
        }
    }

    private @Nullable String refusal(
            Repository repository, boolean full, int refs, ReceiveCommand command)
            throws IOException {
        boolean deletes = command.getType() == Type.DELETE;
        boolean main = command.getRefName().equals(Repositories.MAIN);
        if (full && !deletes) {
            return "the repository is larger than %,d bytes; delete branches, or ask for help"
                    .formatted(limits.repositoryBytesMax());
        }
        if (!command.getRefName().startsWith(Constants.R_HEADS)
                && !command.getRefName().startsWith(Constants.R_TAGS)) {
            return "only branches and tags can be pushed";
        }
        if (command.getType() == Type.CREATE && refs > limits.refsMax()) {
            return "the repository would have more than %d branches and tags"
                    .formatted(limits.refsMax());
        }
        if (!main) {
            return null;
        }
        if (deletes) {
            return "main cannot be deleted, it is what the site is built from";
        }
        if (command.getType() == Type.UPDATE_NONFASTFORWARD) {
            return "main only moves forward; fetch it, then rebase or merge";
        }
        try {
            hosting.sourceTree().files(repository, command.getNewId());
            return null;
        } catch (BrokenSource broken) {
            return broken.getMessage();
        }
    }

    private void tell(String siteId, Collection<ReceiveCommand> commands) {
        if (commands.isEmpty()) {
            return;
        }
        try {
            RepositoryName name = name(siteId);
            hosting.repositories().forceRefs(name);
            if (hosting.repositories().isScattered(name)) {
                hosting.repositories().collect(name);
            }
        } catch (IOException failed) {
            log.warn("The repository of site {} cannot be tidied", siteId, failed);
        }
        boolean hook =
                hosting.registry().find(siteId).map(SiteRecord::hook).orElse(false)
                        && commands.stream()
                                .anyMatch(it -> it.getRefName().equals(Repositories.MAIN));
        if (hook) {
            try {
                listener.pushed(siteId);
            } catch (RuntimeException notTold) {
                // The push stands; whoever asks for what is undeployed finds it.
                log.warn("Nobody could be told of a push to site {}", siteId, notTold);
            }
        }
    }

    private RepositoryName name(String siteId) {
        return hosting.registry()
                .find(siteId)
                .flatMap(LocalHosting::repository)
                .orElseThrow(() -> new IllegalStateException("no repository of " + siteId));
    }

    /** A push whose refusals are answers, not failures of the server. */
    private static final class Push extends ReceivePack {

        private final String siteId;
        private final long bytesMax;

        Push(Repository repository, String siteId, long bytesMax) {
            super(repository);
            this.siteId = siteId;
            this.bytesMax = bytesMax;
        }

        @Override
        public void receive(InputStream input, OutputStream output, @Nullable OutputStream messages)
                throws IOException {
            try {
                // JGit has a limit of its own, which it takes for the end of the push.
                super.receive(
                        new BoundedStream(
                                input,
                                bytesMax,
                                "the push is larger than %,d bytes".formatted(bytesMax)),
                        output,
                        messages);
            } catch (UnpackException | PackProtocolException | CorruptObjectException refused) {
                // The client has been told.
                Throwable cause = refused.getCause() == null ? refused : refused.getCause();
                if (cause instanceof IOException) {
                    log.info(
                            "A push to site {} was refused: {}",
                            siteId,
                            cause.getClass().getSimpleName());
                } else {
                    log.warn("A push to site {} failed", siteId, cause);
                }
                swallow(input);
            } catch (IOException gone) {
                log.debug("A push to site {} broke off", siteId, gone);
            }
        }

        /** A client reads the answer once it has sent everything, not before. */
        private static void swallow(InputStream input) {
            byte[] rest = new byte[8 * 1024];
            try {
                while (input.read(rest) >= 0) {
                    // The body of the request is bounded.
                }
            } catch (IOException gone) {
                // Nobody is there to read the answer.
            }
        }
    }
}
