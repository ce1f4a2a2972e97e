package io.taskhistory.store.rocksdb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** RocksDB's handles of one opening: itself and its families. */
final class Handles {

  final RocksDB rocks;
  private final @Nullable ColumnFamilyHandle[] families = new @Nullable ColumnFamilyHandle[Family.values().length];

  private Handles(RocksDB rocks, List<ColumnFamilyDescriptor> asked, List<ColumnFamilyHandle> opened) {
    this.rocks = rocks;
    for (int i = 0; i < asked.size(); i++) {
      Family family = Family.of(label(asked.get(i).getName()));
      if (family != null) {
        families[family.ordinal()] = opened.get(i);
      }
    }
  }

  /** With all families, those that are missing made. */
  static Handles open(Options options, Path files) throws RocksDBException {
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    return new Handles(
        RocksDB.open(options.database, files.toString(), options.families, opened), options.families, opened);
  }

  /** With those families that are there: an earlier format has fewer. */
  static Handles openToRead(Options options, Path files) throws RocksDBException {
    List<String> labels = new ArrayList<>();
    try (org.rocksdb.Options any = new org.rocksdb.Options()) {
      RocksDB.listColumnFamilies(any, files.toString()).forEach(name -> labels.add(label(name)));
    }
    List<ColumnFamilyDescriptor> there =
        options.families.stream().filter(family -> labels.contains(label(family.getName()))).toList();
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    return new Handles(
        RocksDB.openReadOnly(options.database, files.toString(), there, opened), there, opened);
  }

  private static String label(byte[] name) {
    return new String(name, StandardCharsets.US_ASCII);
  }

  /** Null where the store is one to read of an earlier format that had no such family. */
  @Nullable ColumnFamilyHandle find(Family family) {
    return families[family.ordinal()];
  }

  ColumnFamilyHandle of(Family family) {
    ColumnFamilyHandle handle = find(family);
    if (handle == null) {
      throw new IllegalStateException("no family " + family);
    }
    return handle;
  }

  /** RocksDB's numbers of all families, by ordinal. */
  int[] ids() {
    return Arrays.stream(Family.values()).mapToInt(family -> of(family).getID()).toArray();
  }

  /** May be called twice. */
  void close() {
    for (ColumnFamilyHandle family : families) {
      if (family != null) {
        family.close();
      }
    }
    rocks.close();
  }
}
