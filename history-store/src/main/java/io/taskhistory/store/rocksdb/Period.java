package io.taskhistory.store.rocksdb;

/**
 * A slice of one boot's time, from {@code from} until the next one's of the same boot.
 *
 * @param number counts the periods of the store, over all boots, from 0
 * @param boot the index of the boot
 * @param from the first time that belongs to it; 0 for the first of a boot
 * @param opened when it was begun, from which its length counts
 */
record Period(int number, int boot, long from, long opened) {}
