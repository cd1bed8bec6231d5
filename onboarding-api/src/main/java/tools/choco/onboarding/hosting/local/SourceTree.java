package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import tools.choco.onboarding.hosting.render.BrokenSource;
import tools.choco.onboarding.hosting.render.SourceFile;

/**
 * The files of a commit, within limits. A tree may name the same directory a thousand times over,
 * so the walk counts what it comes across and ends at the first that is too much.
 */
final class SourceTree {

    private static final int PATH_BYTES_MAX = 1_024;
    private static final int SHOWN_MAX = 80;

    private final SiteLimits limits;

    SourceTree(SiteLimits limits) {
        this.limits = limits;
    }

    /**
     * Lists the files; their content is read when it is asked for, from the same repository.
     *
     * @throws BrokenSource if they break a limit, or are no plain files
     */
    List<SourceFile> files(Repository repository, AnyObjectId commit) throws IOException {
        List<SourceFile> files = new ArrayList<>();
        long bytes = 0;
        int entries = 0;
        try (ObjectReader reader = repository.newObjectReader();
                RevWalk commits = new RevWalk(reader);
                TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(commits.parseCommit(commit).getTree());
            while (walk.next()) {
                entries++;
                if (entries > limits.filesMax()) {
                    throw new BrokenSource(
                            "The source has more than %,d files and directories"
                                    .formatted(limits.filesMax()));
                }
                if (walk.getPathLength() > PATH_BYTES_MAX) {
                    throw new BrokenSource("The source has a path that is too long");
                }
                String path = new String(walk.getRawPath(), StandardCharsets.UTF_8);
                refuseStrangeParts(path);
                FileMode mode = walk.getFileMode(0);
                if (FileMode.TREE.equals(mode)) {
                    if (walk.getDepth() >= limits.depthMax()) {
                        throw new BrokenSource(
                                "%s: directories are nested more than %d deep"
                                        .formatted(shown(path), limits.depthMax()));
                    }
                    walk.enterSubtree();
                    continue;
                }
                refuseIfNotPlain(path, mode);
                ObjectId id = walk.getObjectId(0);
                long length = reader.getObjectSize(id, Constants.OBJ_BLOB);
                if (length > limits.objectBytesMax()) {
                    throw new BrokenSource(
                            "%s: the file is larger than %,d bytes"
                                    .formatted(shown(path), limits.objectBytesMax()));
                }
                bytes += length;
                if (bytes > limits.sourceBytesMax()) {
                    throw new BrokenSource(
                            "The files of the source are larger than %,d bytes together"
                                    .formatted(limits.sourceBytesMax()));
                }
                files.add(
                        new SourceFile(
                                path,
                                length,
                                () ->
                                        repository
                                                .open(id, Constants.OBJ_BLOB)
                                                .getCachedBytes(limits.objectBytesMax())));
            }
        }
        return files;
    }

    private static void refuseIfNotPlain(String path, FileMode mode) {
        if (FileMode.SYMLINK.equals(mode)) {
            throw new BrokenSource(shown(path) + ": symbolic links are not allowed");
        }
        if (FileMode.GITLINK.equals(mode)) {
            throw new BrokenSource(shown(path) + ": submodules are not allowed");
        }
        if (!FileMode.REGULAR_FILE.equals(mode) && !FileMode.EXECUTABLE_FILE.equals(mode)) {
            throw new BrokenSource(shown(path) + ": this kind of file is not allowed");
        }
    }

    private static void refuseStrangeParts(String path) {
        if (Arrays.stream(path.split("/", -1))
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw new BrokenSource(shown(path) + ": the path is not allowed");
        }
    }

    private static String shown(String path) {
        String plain = path.replaceAll("\\p{C}", "?");
        return plain.length() > SHOWN_MAX ? plain.substring(0, SHOWN_MAX) + "…" : plain;
    }
}
