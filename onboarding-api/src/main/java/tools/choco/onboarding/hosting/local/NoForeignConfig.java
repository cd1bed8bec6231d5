package tools.choco.onboarding.hosting.local;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Keeps JGit from what is configured for git on this machine and for this user, and from writing
 * there; it would even start a git to find out where that is.
 */
final class NoForeignConfig extends SystemReader.Delegate {

    private NoForeignConfig(SystemReader machine) {
        super(machine);
    }

    static synchronized void install() {
        SystemReader present = SystemReader.getInstance();
        if (!(present instanceof NoForeignConfig)) {
            SystemReader.setInstance(new NoForeignConfig(present));
            // JGit measures how exact the times of files are; nobody has to wait for that.
            FS.FileStoreAttributes.setBackground(true);
        }
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    private static final class Empty extends FileBasedConfig {

        private Empty(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {
            // There is no file.
        }

        @Override
        public void save() {
            // What JGit has measured holds until the process ends.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
