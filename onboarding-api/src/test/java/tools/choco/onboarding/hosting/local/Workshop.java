package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;

/** A clone at work: commits that are as they should be, and such that no git would make. */
final class Workshop implements AutoCloseable {

    private static final PersonIdent AUTHOR = new PersonIdent("Ada", "ada@example.org");

    private final Git git;
    private final CredentialsProvider credentials;

    Workshop(Git git, CredentialsProvider credentials) {
        this.git = git;
        this.credentials = credentials;
    }

    /** Builds a tree by hand. */
    @FunctionalInterface
    interface Tree {
        ObjectId in(ObjectInserter objects) throws IOException;
    }

    String read(String path) {
        try {
            return Files.readString(file(path));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Path file(String path) {
        return git.getRepository().getWorkTree().toPath().resolve(path);
    }

    Workshop write(String path, String text) {
        return write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    Workshop write(String path, byte[] content) {
        try {
            Files.createDirectories(file(path).getParent());
            Files.write(file(path), content);
            return this;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Commits all that was written. */
    Workshop commit() {
        try {
            git.add().addFilepattern(".").call();
            git.add().addFilepattern(".").setUpdate(true).call();
            git.commit().setMessage("Change").setAuthor(AUTHOR).setCommitter(AUTHOR).call();
            return this;
        } catch (GitAPIException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A commit on top of the newest, with a tree made by hand. */
    ObjectId commit(Tree tree) {
        Repository repository = git.getRepository();
        try (ObjectInserter objects = repository.newObjectInserter()) {
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(tree.in(objects));
            commit.setParentId(repository.resolve(Constants.HEAD));
            commit.setAuthor(AUTHOR);
            commit.setCommitter(AUTHOR);
            commit.setMessage("Change");
            ObjectId id = objects.insert(commit);
            objects.flush();
            return id;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The tree of the newest commit with one entry more, at its end. */
    ObjectId commitWith(String name, FileMode mode, ObjectId target) {
        return commit(
                objects -> {
                    TreeFormatter tree = new TreeFormatter();
                    tree.append(name, mode, target);
                    return objects.insert(tree);
                });
    }

    ObjectId blob(byte[] content) {
        try (ObjectInserter objects = git.getRepository().newObjectInserter()) {
            ObjectId id = objects.insert(Constants.OBJ_BLOB, content);
            objects.flush();
            return id;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    ObjectId head() {
        try {
            return git.getRepository().resolve(Constants.HEAD);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    ObjectId parent() {
        try (RevWalk walk = new RevWalk(git.getRepository())) {
            RevCommit head = walk.parseCommit(head());
            return head.getParent(0).getId();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    int commits() {
        try {
            int count = 0;
            for (RevCommit ignored : git.log().call()) {
                count++;
            }
            return count;
        } catch (GitAPIException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Pushes the newest commit to main; what the server said, empty if it took it. */
    String push() {
        return push("HEAD:refs/heads/main");
    }

    String push(ObjectId commit) {
        return push(commit.name() + ":refs/heads/main");
    }

    /** Pushes; what the server said of each refusal. */
    String push(String... specs) {
        try {
            List<RefSpec> all = new ArrayList<>();
            for (String spec : specs) {
                all.add(new RefSpec(spec));
            }
            StringBuilder refusals = new StringBuilder();
            for (PushResult result :
                    git.push().setCredentialsProvider(credentials).setRefSpecs(all).call()) {
                for (RemoteRefUpdate update : result.getRemoteUpdates()) {
                    if (update.getStatus() != RemoteRefUpdate.Status.OK
                            && update.getStatus() != RemoteRefUpdate.Status.UP_TO_DATE) {
                        refusals.append(update.getStatus())
                                .append(' ')
                                .append(update.getMessage())
                                .append('\n');
                    }
                }
            }
            return refusals.toString();
        } catch (GitAPIException failed) {
            return "FAILED " + failed.getMessage() + " " + failed.getCause();
        }
    }

    @Override
    public void close() {
        git.close();
    }
}
