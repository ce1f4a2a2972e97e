package io.taskhistory.api.input;

import io.taskhistory.collector.auditlog.AuditRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Audit logs in the order in which they were written: {@code audit.log.4} before {@code audit.log}. */
public final class LogFiles {

  /** The first record is not further from the beginning. */
  private static final int LOOKED_AT = 1 << 20;

  private record Dated(Path file, long stamp) {}

  private LogFiles() {}

  /** By the stamp of their first record; those without any, and standard input, last. */
  public static List<Path> ordered(List<Path> files) {
    List<Dated> dated = new ArrayList<>();
    for (Path file : files) {
      dated.add(new Dated(file, file.equals(TextInput.STANDARD) ? Long.MAX_VALUE : firstStamp(file)));
    }
    dated.sort(Comparator.comparingLong(Dated::stamp));
    return dated.stream().map(Dated::file).toList();
  }

  private static long firstStamp(Path file) {
    byte[] bytes;
    try (InputStream plain = new BufferedInputStream(Files.newInputStream(file))) {
      plain.mark(2);
      boolean isGzip = plain.read() == 0x1f && plain.read() == 0x8b;
      plain.reset();
      bytes = (isGzip ? new GZIPInputStream(plain) : plain).readNBytes(LOOKED_AT);
    } catch (IOException e) {
      return Long.MAX_VALUE; // who reads it says why
    }
    AuditRecord record = new AuditRecord();
    int from = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        if (record.parse(bytes, from, at)) {
          return record.stamp();
        }
        from = at + 1;
      }
    }
    return record.parse(bytes, from, bytes.length) ? record.stamp() : Long.MAX_VALUE;
  }
}
