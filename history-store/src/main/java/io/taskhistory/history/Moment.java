package io.taskhistory.history;

/** A point in time of one boot, on the clock that everything is ordered by. */
public record Moment(Boot boot, long time) {}
