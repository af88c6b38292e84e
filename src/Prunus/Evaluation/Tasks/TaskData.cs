using Prunus.Datasets;

namespace Prunus.Evaluation.Tasks;

/// <summary>A split of a data set: JSON lines, looked for as <c>NAME.jsonl</c>, <c>NAME.jsonl.gz</c>, <c>NAME.jsonl.br</c> or <c>NAME.json</c>.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Repository">Data set on the Hugging Face hub.</param>
/// <param name="Subset">Its configuration, or null where there is only one.</param>
/// <param name="Split">Its split.</param>
public sealed record TaskData(string Name, string Repository, string? Subset, string Split)
{
    private static readonly string[] Extensions = [".jsonl", ".jsonl.gz", ".jsonl.br", ".json"];

    /// <summary>How a user gets the file with the Python package <c>datasets</c>.</summary>
    public string Download => $"load_dataset(\"{Repository}\"{(Subset is null ? "" : $", \"{Subset}\"")}, split=\"{Split}\").to_json(\"{Name}.jsonl\")";

    /// <summary>Whether a folder has the file.</summary>
    public bool IsIn(string folder) => Files(folder).Any(File.Exists);

    /// <summary>The file in a folder.</summary>
    /// <exception cref="PrunusInputException">It is not there; the message tells where to get it.</exception>
    public string Find(string folder) =>
        Files(folder).FirstOrDefault(File.Exists)
        ?? throw new PrunusInputException(Path.Combine(folder, Name + ".jsonl"), "does not exist",
            $"name the folder of the data with --data or PRUNUS_DATA; in Python: from datasets import load_dataset; {Download}");

    /// <summary>Reads a file's items.</summary>
    /// <param name="path">JSON lines, also .gz or .br.</param>
    /// <param name="read">From a row to what is asked.</param>
    /// <exception cref="PrunusInputException">The file or a line of it cannot be used; the message names the line.</exception>
    public static IReadOnlyList<TaskItem> Read(string path, Func<TaskRow, TaskDocument> read)
    {
        var items = TextFile.ReadLines(path).Select(line => new TaskItem(line.Index, line.Text, read(new TaskRow(line.Subject, line.Text)))).ToList();
        return items.Count > 0 ? items : throw new PrunusInputException(path, "holds no items", "give a file with one JSON object a line");
    }

    private IEnumerable<string> Files(string folder) => Extensions.Select(extension => Path.Combine(folder, Name + extension));
}

/// <summary>An item of a file.</summary>
/// <param name="Line">Line of the file, from 0.</param>
/// <param name="Source">The line itself.</param>
/// <param name="Document">What is asked.</param>
public sealed record TaskItem(int Line, string Source, TaskDocument Document);
