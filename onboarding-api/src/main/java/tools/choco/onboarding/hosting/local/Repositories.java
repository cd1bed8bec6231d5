package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/** The bare repositories of the users. */
final class Repositories {

    /** The branch that is built. */
    static final String MAIN = Constants.R_HEADS + "main";

    private static final String SECTION = "onboarding";
    private static final String SITE = "siteid";
    private static final int PACKS_MAX = 20;

    private final Disk disk;
    private final Clock clock;

    Repositories(Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
        NoForeignConfig.install();
    }

    /** Whether there is one, and of this site: another site's counts as a name that is taken. */
    boolean exists(RepositoryName name, String siteId) throws IOException {
        if (!Files.exists(path(name))) {
            return false;
        }
        try (Repository repository = open(name)) {
            if (!siteId.equals(repository.getConfig().getString(SECTION, null, SITE))) {
                throw SiteRegistry.taken();
            }
            return true;
        }
    }

    /** Makes a repository with a first commit, whole or not at all. */
    void create(RepositoryName name, String siteId, Map<String, byte[]> content)
            throws IOException {
        Path place = path(name);
        Path draft = disk.draft();
        try (Git git =
                Git.init()
                        .setBare(true)
                        .setInitialBranch(Repository.shortenRefName(MAIN))
                        .setDirectory(draft.toFile())
                        .call()) {
            Repository repository = git.getRepository();
            StoredConfig config = repository.getConfig();
            config.setBoolean("core", null, "fsyncObjectFiles", true);
            config.setBoolean("core", null, "fsyncRefFiles", true);
            // Under the lock of a push, so nothing that is being written can be taken for waste.
            config.setBoolean("receive", null, "autogc", false);
            config.setString("gc", null, "pruneExpire", "now");
            config.setString("gc", null, "prunePackExpire", "now");
            config.setString(SECTION, null, SITE, siteId);
            config.save();
            commit(repository, content);
        } catch (GitAPIException failed) {
            throw new IOException("cannot make a repository", failed);
        }
        disk.make(Disk.parent(place));
        disk.publish(draft, place);
    }

    Repository open(RepositoryName name) throws IOException {
        return new FileRepositoryBuilder()
                .setGitDir(path(name).toFile())
                .setBare()
                .setMustExist(true)
                .build();
    }

    /** The newest commit of the branch that is built; nothing if the repository is lost. */
    Optional<String> head(RepositoryName name) throws IOException {
        if (!Files.exists(path(name))) {
            return Optional.empty();
        }
        try (Repository repository = open(name)) {
            @Nullable ObjectId head = repository.resolve(MAIN);
            return Optional.ofNullable(head).map(ObjectId::name);
        }
    }

    /** Bytes of all objects on disk, those that nothing refers to included. */
    long bytes(RepositoryName name) throws IOException {
        try (Stream<Path> files = Files.walk(path(name).resolve(Constants.OBJECTS))) {
            long sum = 0;
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                sum += Files.size(file);
            }
            return sum;
        }
    }

    /** Whether pushes have left many packs. */
    boolean isScattered(RepositoryName name) throws IOException {
        Path packs = path(name).resolve(Constants.OBJECTS).resolve("pack");
        try (Stream<Path> files = Files.list(packs)) {
            return files.filter(file -> file.toString().endsWith(".pack")).count() > PACKS_MAX;
        }
    }

    /** Packs what is referred to and removes the rest; nobody may push meanwhile. */
    void collect(RepositoryName name) throws IOException {
        try (Repository repository = open(name)) {
            // The wrapper leaves the repository open.
            Git.wrap(repository).gc().call();
        } catch (GitAPIException failed) {
            throw new IOException("cannot clean a repository", failed);
        }
    }

    /** Forces what a push has stored; JGit forces files, not the names of files. */
    void forceObjects(RepositoryName name) throws IOException {
        Path objects = path(name).resolve(Constants.OBJECTS);
        Disk.force(objects.resolve("pack"));
        Disk.force(objects);
    }

    /** Forces what a push has moved. */
    void forceRefs(RepositoryName name) throws IOException {
        disk.forceAll(path(name).resolve(Constants.R_REFS));
        Disk.force(path(name));
    }

    private Path path(RepositoryName name) {
        return disk.resolve("git")
                .resolve(name.owner().toLowerCase(Locale.ROOT))
                .resolve(name.name().toLowerCase(Locale.ROOT) + Constants.DOT_GIT_EXT);
    }

    private void commit(Repository repository, Map<String, byte[]> content) throws IOException {
        try (ObjectInserter objects = repository.newObjectInserter()) {
            DirCacheBuilder files = DirCache.newInCore().builder();
            for (Map.Entry<String, byte[]> file : content.entrySet()) {
                DirCacheEntry entry = new DirCacheEntry(file.getKey());
                entry.setFileMode(FileMode.REGULAR_FILE);
                entry.setObjectId(objects.insert(Constants.OBJ_BLOB, file.getValue()));
                files.add(entry);
            }
            files.finish();
            PersonIdent author =
                    new PersonIdent(
                            "Onboarding", "onboarding@localhost", clock.instant(), ZoneOffset.UTC);
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(files.getDirCache().writeTree(objects));
            commit.setAuthor(author);
            commit.setCommitter(author);
            commit.setMessage("Begin with the template\n");
            ObjectId id = objects.insert(commit);
            objects.flush();
            RefUpdate main = repository.updateRef(MAIN);
            main.setNewObjectId(id);
            RefUpdate.Result result = main.update();
            if (result != RefUpdate.Result.NEW) {
                throw new IOException("cannot make the branch: " + result);
            }
        }
    }
}
