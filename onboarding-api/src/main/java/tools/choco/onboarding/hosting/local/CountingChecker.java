package tools.choco.onboarding.hosting.local;

import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.BlobObjectChecker;
import org.eclipse.jgit.lib.ObjectChecker;
import org.jspecify.annotations.Nullable;

/**
 * Checks the objects of one push, and counts them: a small pack can unpack to a great deal, as
 * zeros or as deltas of deltas.
 */
final class CountingChecker extends ObjectChecker {

    private final int objectsMax;
    private final long bytesMax;
    private int objects;
    private long bytes;

    CountingChecker(int objectsMax, long bytesMax) {
        this.objectsMax = objectsMax;
        this.bytesMax = bytesMax;
        setSafeForMacOS(true);
        setSafeForWindows(true);
        // Written by git long ago, harmless here.
        setAllowInvalidPersonIdent(true);
        setAllowLeadingZeroFileMode(true);
    }

    @Override
    public void check(@Nullable AnyObjectId id, int type, byte[] raw)
            throws CorruptObjectException {
        count(raw.length);
        super.check(id, type, raw);
    }

    @Override
    public BlobObjectChecker newBlobObjectChecker() {
        return new BlobObjectChecker() {

            private long length;

            @Override
            public void update(byte[] in, int offset, int count) {
                length += count;
            }

            @Override
            public void endBlob(AnyObjectId id) throws CorruptObjectException {
                count(length);
            }
        };
    }

    private void count(long length) throws CorruptObjectException {
        objects++;
        bytes += length;
        if (objects > objectsMax) {
            throw new CorruptObjectException(
                    "the push has more than %,d objects".formatted(objectsMax));
        }
        if (bytes > bytesMax) {
            throw new CorruptObjectException(
                    "the push is larger than %,d bytes when it is unpacked".formatted(bytesMax));
        }
    }
}
