package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.nio.file.Path;

/** A disk whose process can be made to die before a change; from then on it changes nothing. */
final class DyingDisk extends Disk {

    private int left = Integer.MAX_VALUE;
    private boolean dead;

    DyingDisk(Path root) throws IOException {
        super(root);
    }

    /** The end of a process. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Lets the process die before its nth change from now. */
    synchronized void dieBefore(int change) {
        left = change;
    }

    @Override
    Path draft() throws IOException {
        live();
        return super.draft();
    }

    @Override
    void make(Path directory) throws IOException {
        live();
        super.make(directory);
    }

    @Override
    void write(Path file, byte[] content) throws IOException {
        live();
        super.write(file, content);
    }

    @Override
    void publish(Path draft, Path place) throws IOException {
        live();
        super.publish(draft, place);
    }

    @Override
    void delete(Path tree) throws IOException {
        live();
        super.delete(tree);
    }

    private synchronized void live() {
        // The constructor of the disk cleans up before there is a count.
        if (left == 0 && !dead) {
            return;
        }
        left--;
        if (dead || left == 0) {
            dead = true;
            throw new Death();
        }
    }
}
