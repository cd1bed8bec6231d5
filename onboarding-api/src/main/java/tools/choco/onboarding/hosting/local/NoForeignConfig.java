package tools.choco.onboarding.hosting.local;

import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
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

        /**
         * JGit would measure for seconds how exact the times of files are, and leave its probes in
         * directories that are being renamed. Told that they are coarse, it looks twice instead.
         */
        @Override
        public long getTimeUnit(
                String section,
                @Nullable String subsection,
                String name,
                long otherwise,
                TimeUnit unit) {
            return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)
                            && name.equals(ConfigConstants.CONFIG_KEY_TIMESTAMP_RESOLUTION)
                    ? unit.convert(FS.FileStoreAttributes.FALLBACK_TIMESTAMP_RESOLUTION)
                    : super.getTimeUnit(section, subsection, name, otherwise, unit);
        }

        @Override
        public void load() {
            // There is no file.
        }

        @Override
        public void save() {
            // There is no place to.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
