using YamlDotNet.Serialization;

namespace Prunus.Recipes;

/// <summary>Writes a recipe of one ticket experiment: what <c>prunus ticket find</c> and <c>branch</c> run.</summary>
/// <param name="Id">Id of the recipe.</param>
/// <param name="Title">One line.</param>
/// <param name="What">What is done.</param>
/// <param name="Experiment">Name of the experiment, and of its cells before the <c>/</c>.</param>
public sealed record TicketRecipe(string Id, string Title, string What, string Experiment)
{
    /// <summary>Seeds; one text may be a range such as <c>1..5</c>.</summary>
    public required IReadOnlyList<string> Seeds { get; init; }

    /// <summary>Net, set of images, law of first weights and other keys of the experiment, by their names in a recipe.</summary>
    public IReadOnlyDictionary<string, object> Keys { get; init; } = new Dictionary<string, object>();

    /// <summary>Ids of branches.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>Trainings of each branch.</summary>
    public int Replicates { get; init; } = 1;

    /// <summary>The recipe as YAML.</summary>
    /// <param name="size">Its only size: tiny, cpu or gpu.</param>
    public string ToYaml(string size)
    {
        var experiment = new Dictionary<string, object>(Keys) { ["name"] = Experiment };
        if (Branches.Count > 0)
        {
            experiment["branches"] = Branches.Select(b => new Dictionary<string, object> { ["branch"] = b, ["replicates"] = Replicates }).ToList();
        }

        return new SerializerBuilder().Build().Serialize(new Dictionary<string, object>
        {
            ["format"] = "prunus-recipe/1",
            ["id"] = Id,
            ["title"] = Title,
            ["slide"] = "none",
            ["paper"] = "none",
            ["methods"] = "docs/methods/lottery-tickets.md",
            ["what"] = What,
            ["sizes"] = new Dictionary<string, object> { [size] = new Dictionary<string, object> { ["seeds"] = Seeds.Count == 1 ? Seeds[0] : Seeds } },
            ["experiments"] = new[] { experiment },
            ["figures"] = Figures(),
        }).ReplaceLineEndings("\n");
    }

    private object[] Figures() =>
    [
        .. from y in ((string Metric, string Title, string Label)[])[("early_iteration", "Step of least validation loss", "step"), ("early_accuracy", "Test accuracy there", "accuracy"), ("final_accuracy", "Test accuracy at the end", "accuracy")]
           select new Dictionary<string, object>
           {
               ["kind"] = "levels", ["title"] = y.Title, ["y"] = y.Metric, ["y_label"] = y.Label,
               ["series"] = Branches.Prepend("ticket").Select(b => new Dictionary<string, object> { ["name"] = b, ["of"] = $"{Experiment}/{b}" }).ToList(),
           },
    ];
}
