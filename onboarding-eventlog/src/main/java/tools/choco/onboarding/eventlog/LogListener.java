package tools.choco.onboarding.eventlog;

import java.time.Duration;

/**
 * Is told what the log's writer does, batch by batch. Called by the writer's thread, after the
 * callers have their answer: whoever is slow here slows down the next batch.
 */
public interface LogListener {

    /** Keeps it to itself. */
    LogListener NONE = new LogListener() {};

    /**
     * A batch was answered by the database: the appends that did not conflict are stored.
     *
     * @param appends how many appends the commit stored
     * @param events how many events these have
     * @param conflicts how many appends were refused, another having been first
     * @param duration from sending the batch to the answer: lock, insert and commit
     */
    default void onWritten(int appends, int events, int conflicts, Duration duration) {}

    /**
     * An attempt to write a batch has failed; it may be tried again.
     *
     * @param reason whose fault it was
     */
    default void onFailed(Failure reason) {}

    /** Why a batch could not be written. */
    enum Failure {
        /** The connection is gone, or was never there: what was sent may be stored. */
        LOST,
        /** The server does not write at present, being full or read-only: nothing is stored. */
        UNABLE,
        /** Somebody was in the way for too long: nothing is stored, and a second attempt may do. */
        BUSY,
        /** An event, or this program, is wrong: nothing is stored. */
        DATA
    }
}
