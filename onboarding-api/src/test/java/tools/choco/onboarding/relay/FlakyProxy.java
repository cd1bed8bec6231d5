package tools.choco.onboarding.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between the relay and its server, and cuts each connection after a random number of bytes,
 * in mid-message as it comes.
 */
final class FlakyProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final int bytesMax;
    private final Random random;
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean steady;

    FlakyProxy(int target, int bytesMax, long seed) {
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.target = target;
        this.bytesMax = bytesMax;
        this.random = new Random(seed);
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "nats://127.0.0.1:" + listener.getLocalPort();
    }

    /** Connections cut so far. */
    int cuts() {
        return cuts.get();
    }

    /** Cuts no more. */
    void calmDown() {
        steady = true;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                // Either way may be cut: what the server has stored, its answer being lost, too.
                boolean upwards = random.nextBoolean();
                int limit = 2_000 + random.nextInt(bytesMax);
                Thread.ofVirtual()
                        .start(() -> copy(client, server, upwards ? limit : Integer.MAX_VALUE));
                Thread.ofVirtual()
                        .start(() -> copy(server, client, upwards ? Integer.MAX_VALUE : limit));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void copy(Socket from, Socket to, int limit) {
        byte[] buffer = new byte[997];
        long copied = 0;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                copied += length;
                if (copied > limit && !steady) {
                    cuts.incrementAndGet();
                    return;
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException closed) {
            // By the other direction.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
