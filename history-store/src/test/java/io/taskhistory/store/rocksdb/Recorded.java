package io.taskhistory.store.rocksdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a process did to its files ({@code recorder.c}), and what a loss of power at some moment leaves of that. Of what
 * was written to a file since it was last synced, any sector can be there or not, and a sector that is not is zeros
 * where the file grew. Names come and go in order, as a file system with a journal has it: some of the last changes can
 * be missing, and any sync puts all before it on the disk.
 */
final class Recorded {

  private static final int SECTOR = 512;

  private record Operation(char kind, String path, long offset, byte[] data) {}

  /** What a file has, and what of it is sure to survive. */
  private static final class Content {
    private byte[] now = {};
    private byte[] synced = {};

    void write(int at, byte[] data) {
      if (now.length < at + data.length) {
        now = Arrays.copyOf(now, at + data.length);
      }
      System.arraycopy(data, 0, now, at, data.length);
    }

    byte[] left(Random random, int percent) {
      byte[] left = Arrays.copyOf(synced, random.nextBoolean() ? now.length : synced.length);
      for (int at = 0; at < now.length; at += SECTOR) {
        int end = Math.min(at + SECTOR, now.length);
        boolean isSame = end <= synced.length && Arrays.equals(now, at, end, synced, at, end);
        if (!isSame && random.nextInt(100) < percent) {
          left = left.length < end ? Arrays.copyOf(left, end) : left;
          System.arraycopy(now, at, left, at, end - at);
        }
      }
      return left;
    }
  }

  private final List<Operation> operations = new ArrayList<>();

  Recorded(Path log) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(log)).order(ByteOrder.nativeOrder());
    while (in.hasRemaining()) {
      char kind = (char) in.get();
      String path = new String(bytes(in), StandardCharsets.UTF_8);
      long offset = in.getLong();
      operations.add(new Operation(kind, path, offset, bytes(in)));
    }
  }

  private static byte[] bytes(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }

  int size() {
    return operations.size();
  }

  /** What it had said by then on standard output. */
  String said(int moment) {
    StringBuilder said = new StringBuilder();
    for (Operation each : operations.subList(0, moment)) {
      if (each.path.equals("stdout")) {
        said.append(new String(each.data, StandardCharsets.US_ASCII));
      }
    }
    return said.toString();
  }

  /** Makes {@code to} what {@code from} is after a loss of power at that moment. */
  void loosePower(int moment, Path from, Path to, Random random) throws IOException {
    Map<String, Content> names = new HashMap<>();
    Map<String, Content> sure = new HashMap<>();
    List<Operation> unsure = new ArrayList<>();
    for (Operation each : operations.subList(0, moment)) {
      if (each.path.equals("stdout")) {
        continue;
      }
      Content file = names.get(each.path);
      switch (each.kind) {
        case 'W' -> names.get(each.path).write((int) each.offset, each.data);
        case 'T' -> file.now = Arrays.copyOf(file.now, (int) each.offset);
        case 'S' -> {
          if (file != null) {
            file.synced = file.now.clone();
          }
          sure = new HashMap<>(names);
          unsure.clear();
        }
        default -> {
          if (change(names, each, new Content())) {
            unsure.add(each);
          }
        }
      }
    }
    Map<String, Content> left = new HashMap<>(sure);
    for (Operation each : unsure.subList(0, random.nextInt(unsure.size() + 1))) {
      change(left, each, names.getOrDefault(each.path, new Content()));
    }
    int percent = random.nextInt(101);
    for (Map.Entry<String, Content> each : left.entrySet()) {
      Path file = to.resolve(from.relativize(Path.of(each.getKey())));
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue().left(random, percent));
    }
  }

  /** Whether the names are others then. */
  private static boolean change(Map<String, Content> names, Operation operation, Content made) {
    switch (operation.kind) {
      case 'O' -> {
        return names.putIfAbsent(operation.path, made) == null;
      }
      case 'R' -> {
        Content moved = names.remove(operation.path);
        if (moved != null) {
          names.put(new String(operation.data, StandardCharsets.UTF_8), moved);
        }
      }
      case 'U' -> names.remove(operation.path);
      default -> throw new IllegalStateException("an operation of kind " + operation.kind);
    }
    return true;
  }
}
