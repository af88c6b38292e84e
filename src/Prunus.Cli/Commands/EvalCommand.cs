using System.CommandLine;
using System.Globalization;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Evaluation.Tasks;
using Prunus.Native;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Tokenizers;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus eval CKPT --tasks a,b</c>: accuracy on tasks.</summary>
internal static class EvalCommand
{
    private const string DataVariable = "PRUNUS_DATA";

    private static readonly Option<EvaluationTask[]> Tasks = ParsedOption.Create<EvaluationTask[]>(
        "--tasks", string.Join(',', EvaluationTasks.All.Take(2).Select(t => t.Id)), $"Tasks: {string.Join(", ", EvaluationTasks.All.Select(t => t.Id))}.", ParseTasks);

    private static readonly Option<string> Data = ParsedOption.Create<string>("--data", "DIR", $"Folder of the tasks' files ({DataVariable}, else ./data).", ParsedOption.Text);
    private static readonly Option<int> Limit = ParsedOption.Create<int>("--limit", "N", "Looks at the first N items of each task only.", ParsedOption.Count(1));
    private static readonly Option<int> Shots = ParsedOption.Create("--num-fewshot", "K", "Solved examples before each item.", ParsedOption.Count(0, 1000), 0);
    private static readonly Option<int> MaxLength = ParsedOption.Create<int>("--max-length", "N", "Most tokens given to the model; longer ones are cut from the left (as many as it has positions for).", ParsedOption.Count(1));
    private static readonly Option<int> BatchTokens = ParsedOption.Create<int>("--batch-tokens", "N", "Tokens that go through the model at once (32,768 on a GPU, 2,048 on a CPU).", ParsedOption.Count(1));
    private static readonly Option<bool> AddSpecial = new("--add-special") { Description = "Adds the bos token that the tokenizer's template puts before a text." };
    private static readonly Option<string> Items = ParsedOption.Create<string>("--items", "FILE", "Writes what was asked and answered, one JSON object an item.", ParsedOption.Text);

    public static Verb Create() => new("eval", "Measures accuracy on tasks by log-likelihoods, with the prompts and numbers of lm-evaluation-harness.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { Tasks, Data, Limit, Shots, MaxLength, BatchTokens, AddSpecial, SharedOptions.Dtype, Items },
        Examples = ["eval ./my-model --tasks arc_easy,piqa --data ./data", "eval model.gguf --tasks hellaswag --num-fewshot 10 --limit 100 --items items.jsonl"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var tasks = context.Need(Tasks);
        var options = new TaskOptions
        {
            Limit = context.Given(Limit) ? context.Value(Limit) : null,
            Shots = context.Required(Shots),
            MaxLength = context.Given(MaxLength) ? context.Value(MaxLength) : null,
            BatchTokens = context.Given(BatchTokens) ? context.Value(BatchTokens) : null,
            AddSpecial = context.Value(AddSpecial),
        };
        options.Validate();
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var folder = context.Given(Data) ? context.Value(Data)! : Environment.GetEnvironmentVariable(DataVariable) is { Length: > 0 } named ? named : "data";
        var sets = tasks.Select(task => TaskSet.Load(task, folder, options.Shots)).ToList();
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        using var decoder = TensorSetup.Load(context, checkpoint);
        var results = new List<TaskResult>();
        using (var progress = context.StartProgress())
        {
            foreach (var set in sets)
            {
                results.Add(TaskScorer.Score(decoder, tokenizer, set, options,
                    (done, all) => progress.Report(new ProgressUpdate(set.Task.Id, done, all, MemoryBytes: MemoryUse.CurrentBytes)), context.Cancellation));
            }
        }

        if (context.Given(Items))
        {
            TaskItemsFile.Write(context.Value(Items)!, results);
        }

        Write(context, results);
        return ExitCode.Done;
    }

    private static void Write(VerbContext context, IReadOnlyList<TaskResult> results)
    {
        if (context.Json)
        {
            context.WriteJson(TaskReport.ToJson(results));
            return;
        }

        TableView.Write(context.Terminal, new Table(["task", "version", "shots", "items", "metric", "value", "± stderr"],
            [.. results.SelectMany(r => r.Metrics.Select(m => (IReadOnlyList<string>)
                [r.Set.Task.Id, r.Set.Task.Version.ToString("0.0", CultureInfo.InvariantCulture), $"{r.Options.Shots}", NumberText.Grouped(r.Items.Count), m.Metric.Id, Number(m.Value), Number(m.StandardError)]))]));
    }

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "–";

    private static string? ParseTasks(string text, out EvaluationTask[] tasks)
    {
        tasks = [];
        try
        {
            tasks = [.. text.Split(',').Select(id => EvaluationTasks.Named(id.Trim())).Distinct()];
            return null;
        }
        catch (PrunusInputException fault)
        {
            return $"{fault.Problem}; {fault.Remedy}";
        }
    }
}
