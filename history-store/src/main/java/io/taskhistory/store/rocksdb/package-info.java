/**
 * The store on disk. RocksDB is imported nowhere else.
 *
 * <pre>
 *   data directory (0700)
 *   ├── VERSION        the format's number, read before anything else is opened   {@link DataDirectory}
 *   ├── lock           held while a store is open on the directory
 *   ├── reserve        space set aside for when the disk is full; only where asked for  {@link Reserve}
 *   └── db/            RocksDB: one write-ahead log, a family of keys for each line below
 *
 *   meta       boots, their clocks, gaps, periods and watermarks       {@link MetaRows}
 *   live       tid, start                             -> task          {@link TaskRecord}
 *   tasks      period, tid, start                     -> ended task    {@link TaskRecord}
 *   entries    period, time, pid                      -> entry         {@link EntryRecord}
 *   details    period, time, pid                      -> details       {@link DetailsRecord}
 *   children   period, creator, child's start, tid    -> nothing       {@link Keys}
 *   lineages   period, node, name                     -> parent node   {@link LineageRows}
 *   postings   period, node, time, pid                -> nothing       {@link LineageRows}
 *   events     period, number                         -> events        {@link EventKeys}
 * </pre>
 *
 * <p>A <em>period</em> is a numbered slice of one boot's time, and whatever a period's tasks need is in that period:
 * when a new one begins, the entries on the chains of all live tasks are copied into it, and these tasks' rows as
 * children. So a period can be dropped as one range of keys, and nothing that is kept loses an ancestor.
 */
@NullMarked
package io.taskhistory.store.rocksdb;

import org.jspecify.annotations.NullMarked;
