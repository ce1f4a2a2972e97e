package io.taskhistory.api.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Write a task as its records describe it, member by member. What reflection writes is the same, but it takes a good part
 * of a look-up to get there.
 */
public final class TaskSerializers extends SimpleModule {

  private static final long serialVersionUID = 1;

  public TaskSerializers() {
    addSerializer(new OfTask());
    addSerializer(new OfEntry());
  }

  private static final class OfTask extends StdSerializer<TaskView> {

    private static final long serialVersionUID = 1;

    private static final SerializedString TASK = new SerializedString("task");
    private static final SerializedString TID = new SerializedString("tid");
    private static final SerializedString TGID = new SerializedString("tgid");
    private static final SerializedString COMM = new SerializedString("comm");
    private static final SerializedString STATE = new SerializedString("state");
    private static final SerializedString START = new SerializedString("start");
    private static final SerializedString END = new SerializedString("end");
    private static final SerializedString BOOT = new SerializedString("boot");
    private static final SerializedString KERNEL_THREAD = new SerializedString("kernel_thread");
    private static final SerializedString CREATOR = new SerializedString("creator");
    private static final SerializedString REAPER = new SerializedString("reaper");
    private static final SerializedString ENTRIES = new SerializedString("entries");
    private static final SerializedString COMPLETE = new SerializedString("complete");
    private static final SerializedString REASONS = new SerializedString("reasons");
    private static final SerializedString WATERMARK = new SerializedString("watermark");

    OfTask() {
      super(TaskView.class);
    }

    @Override
    public void serialize(TaskView view, JsonGenerator out, SerializerProvider others) throws IOException {
      out.writeStartObject();
      text(TASK, view.task(), out);
      number(TID, view.tid(), out);
      number(TGID, view.tgid(), out);
      text(COMM, view.comm(), out);
      text(STATE, view.state(), out);
      text(START, view.start(), out);
      textOrNull(END, view.end(), out);
      text(BOOT, view.boot(), out);
      flag(KERNEL_THREAD, view.kernelThread(), out);
      textOrNull(CREATOR, view.creator(), out);
      textOrNull(REAPER, view.reaper(), out);
      out.writeFieldName(ENTRIES);
      out.writeStartArray();
      if (view.entries() instanceof EntryTexts.Written written) {
        for (int i = 0; i < written.size(); i++) {
          out.writeRawValue(written.text(i));
        }
      } else {
        for (EntryView entry : view.entries()) {
          OfEntry.write(entry, out);
        }
      }
      out.writeEndArray();
      flag(COMPLETE, view.complete(), out);
      texts(REASONS, view.reasons(), out);
      others.defaultSerializeField("gaps", view.gaps(), out);
      others.defaultSerializeField("exit", view.exit(), out);
      text(WATERMARK, view.watermark(), out);
      out.writeEndObject();
    }
  }

  private static final class OfEntry extends StdSerializer<EntryView> {

    private static final long serialVersionUID = 1;

    private static final SerializedString NAME = new SerializedString("name");
    private static final SerializedString PID = new SerializedString("pid");
    private static final SerializedString START = new SerializedString("start");
    private static final SerializedString MONO = new SerializedString("mono");
    private static final SerializedString PROVENANCE = new SerializedString("provenance");
    private static final SerializedString EXE = new SerializedString("exe");
    private static final SerializedString PROGRAM = new SerializedString("program");
    private static final SerializedString ARGV = new SerializedString("argv");
    private static final SerializedString ARGV_TRUNCATED = new SerializedString("argv_truncated");
    private static final SerializedString CWD = new SerializedString("cwd");
    private static final SerializedString UID = new SerializedString("uid");
    private static final SerializedString EUID = new SerializedString("euid");
    private static final SerializedString GID = new SerializedString("gid");
    private static final SerializedString EGID = new SerializedString("egid");
    private static final SerializedString LOGINUID = new SerializedString("loginuid");
    private static final SerializedString SESSIONID = new SerializedString("sessionid");
    private static final SerializedString TTY = new SerializedString("tty");
    private static final SerializedString CGROUP = new SerializedString("cgroup");
    private static final SerializedString CONTAINER = new SerializedString("container");
    private static final SerializedString NSPID = new SerializedString("nspid");
    private static final SerializedString HIDDEN = new SerializedString("hidden");
    private static final SerializedString OMITTED = new SerializedString("omitted");

    OfEntry() {
      super(EntryView.class);
    }

    @Override
    public void serialize(EntryView view, JsonGenerator out, SerializerProvider others) throws IOException {
      write(view, out);
    }

    static void write(EntryView view, JsonGenerator out) throws IOException {
      out.writeStartObject();
      text(NAME, view.name(), out);
      number(PID, view.pid(), out);
      text(START, view.start(), out);
      text(MONO, view.mono(), out);
      text(PROVENANCE, view.provenance(), out);
      textIfAny(EXE, view.exe(), out);
      textIfAny(PROGRAM, view.program(), out);
      List<String> argv = view.argv();
      if (argv != null) {
        texts(ARGV, argv, out);
      }
      flagIfAny(ARGV_TRUNCATED, view.argvTruncated(), out);
      textIfAny(CWD, view.cwd(), out);
      numberIfAny(UID, view.uid(), out);
      numberIfAny(EUID, view.euid(), out);
      numberIfAny(GID, view.gid(), out);
      numberIfAny(EGID, view.egid(), out);
      numberIfAny(LOGINUID, view.loginuid(), out);
      numberIfAny(SESSIONID, view.sessionid(), out);
      textIfAny(TTY, view.tty(), out);
      textIfAny(CGROUP, view.cgroup(), out);
      textIfAny(CONTAINER, view.container(), out);
      numberIfAny(NSPID, view.nspid(), out);
      flagIfAny(HIDDEN, view.hidden(), out);
      flagIfAny(OMITTED, view.omitted(), out);
      out.writeEndObject();
    }
  }

  static void write(EntryView view, JsonGenerator out) throws IOException {
    OfEntry.write(view, out);
  }

  private static void text(SerializedString name, String text, JsonGenerator out) throws IOException {
    out.writeFieldName(name);
    out.writeString(text);
  }

  private static void textOrNull(SerializedString name, @Nullable String text, JsonGenerator out) throws IOException {
    out.writeFieldName(name);
    if (text == null) {
      out.writeNull();
    } else {
      out.writeString(text);
    }
  }

  private static void textIfAny(SerializedString name, @Nullable String text, JsonGenerator out) throws IOException {
    if (text != null) {
      text(name, text, out);
    }
  }

  private static void texts(SerializedString name, List<String> texts, JsonGenerator out) throws IOException {
    out.writeFieldName(name);
    out.writeStartArray();
    for (String text : texts) {
      out.writeString(text);
    }
    out.writeEndArray();
  }

  private static void number(SerializedString name, long number, JsonGenerator out) throws IOException {
    out.writeFieldName(name);
    out.writeNumber(number);
  }

  private static void numberIfAny(SerializedString name, @Nullable Long number, JsonGenerator out) throws IOException {
    if (number != null) {
      number(name, number, out);
    }
  }

  private static void flag(SerializedString name, boolean flag, JsonGenerator out) throws IOException {
    out.writeFieldName(name);
    out.writeBoolean(flag);
  }

  private static void flagIfAny(SerializedString name, @Nullable Boolean flag, JsonGenerator out) throws IOException {
    if (flag != null) {
      flag(name, flag, out);
    }
  }
}
