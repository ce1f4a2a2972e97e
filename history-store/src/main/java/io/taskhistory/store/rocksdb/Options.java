package io.taskhistory.store.rocksdb;

import io.taskhistory.store.Flush;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteOptions;

/**
 * How RocksDB is told to work: 32 MB for what is read and 24 MB for what is written, few files open, and of its log of
 * what it does two megabytes at most.
 *
 * <p>Everything is compressed with Zstandard, the write-ahead log too: a lifecycle may cost 100 bytes there, and the
 * records of a batch resemble each other. Each log tells of the one before it, and of each table the manifest has a
 * checksum: {@link Inspection} needs both. The Java interface has no call for these three options, so they go in by
 * their names.
 */
final class Options implements AutoCloseable {

  static {
    RocksDB.loadLibrary();
  }

  static final long BLOCK_CACHE = 32 << 20;
  static final long MEMTABLES = 24 << 20;

  private static final long BLOCK = 16 << 10;
  private static final long WRITE_AHEAD_LOG = 24 << 20;
  private static final long INFO_LOG = 1 << 20;
  private static final int OPEN_FILES = 256;

  /** After how much a flush or compaction has the kernel write, lest a sync of the log waits for all of it. */
  private static final long WRITE_OUT = 1 << 20;
  private static final double BLOOM_BITS = 10;

  final DBOptions database;
  final ReadOptions read = new ReadOptions();
  final WriteOptions write = new WriteOptions();
  final List<ColumnFamilyDescriptor> families = new ArrayList<>();

  private final LRUCache cache = new LRUCache(BLOCK_CACHE);
  private final BloomFilter bloom = new BloomFilter(BLOOM_BITS);

  Options(Flush flush) {
    write.setSync(flush == Flush.SYNC);
    Properties named = new Properties();
    named.setProperty("wal_compression", "kZSTD");
    named.setProperty("track_and_verify_wals", "true");
    named.setProperty("file_checksum_gen_factory", "FileChecksumGenCrc32cFactory");
    database = DBOptions.getDBOptionsFromProps(named)
        .setDbWriteBufferSize(MEMTABLES)
        .setMaxTotalWalSize(WRITE_AHEAD_LOG)
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(OPEN_FILES)
        .setAllowFAllocate(false)
        .setBytesPerSync(WRITE_OUT)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(INFO_LOG)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setSkipStatsUpdateOnDbOpen(true);
    for (Family family : Family.values()) {
      families.add(new ColumnFamilyDescriptor(family.label(), options(family)));
    }
  }

  /**
   * A store that is there is not to be made again of what is missing; but for families, which {@link Inspection} misses
   * where they were there, and which an earlier format did not have.
   */
  void create(boolean isNew) {
    database.setCreateIfMissing(isNew).setCreateMissingColumnFamilies(true);
  }

  private ColumnFamilyOptions options(Family family) {
    BlockBasedTableConfig table = new BlockBasedTableConfig()
        .setBlockCache(cache)
        .setBlockSize(BLOCK)
        .setFormatVersion(5)
        .setCacheIndexAndFilterBlocks(true)
        .setPinL0FilterAndIndexBlocksInCache(true);
    if (family == Family.ENTRIES || family == Family.DETAILS) {
      // Only these are asked for by whole keys; the others are scanned, where a filter is of no use.
      table.setFilterPolicy(bloom);
    }
    return new ColumnFamilyOptions()
        .setTableFormatConfig(table)
        .setWriteBufferSize(MEMTABLES / 3)
        .setArenaBlockSize(64 << 10)
        .setCompressionType(CompressionType.ZSTD_COMPRESSION);
  }

  /** Only once the database is closed, which refers to all of these. */
  @Override
  public void close() {
    write.close();
    read.close();
    families.forEach(family -> family.getOptions().close());
    database.close();
    bloom.close();
    cache.close();
  }
}
