using Prunus.Recipes;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Recipes;

public sealed class RecipeReaderTests
{
    private const string Good = """
        format: prunus-recipe/1
        id: mine
        title: Mine
        slide: none
        paper: none
        methods: docs/methods/distillation.md
        what: A test.
        sizes:
          tiny:
            seeds: 1..3
            donors: {donor: demo}
            train: {demo: 1}
            evaluate: {heldout: demo-heldout}
            prune: {hidden: 50%}
            heal: {steps: 4, batch: 4, block: 32}
            lists: {rates: [0.5, 2]}
        variants:
          - for: {tau: rates}
            name: tau {tau}
            heal: {tau: "{tau}"}
          - {name: longer, heal: {times: 3}}
        claims:
          - {id: a, text: lower, left: tau 2.loss, below: longer.loss}
        """;

    private const string TicketHead = """
        format: prunus-recipe/1
        id: mine
        title: Mine
        slide: none
        paper: none
        methods: docs/methods/lottery-tickets.md
        what: A test.

        """;

    [Fact]
    public void Variants_TakeWhatTheyLeaveOutFromTheirSize()
    {
        var size = RecipeReader.Read("mine.yaml", Good).Size("tiny");
        Assert.Equal(["tau 0.5", "tau 2", "longer"], size.Variants.Select(v => v.Name));
        Assert.Equal([1L, 2, 3], size.Seeds);
        Assert.Equal([4, 4, 12], size.Variants.Select(v => v.Stages[0].Healing.Steps));
        Assert.Equal([0.5, 2, 1], size.Variants.Select(v => v.Stages[0].Healing.Temperature));
        Assert.All(size.Variants, v => Assert.Equal(72, v.Stages[0].Cut.Hidden!.Of(144, 8)));
    }

    [Theory]
    [InlineData("below: [longer.loss, tau 0.5.loss], against: all", ClaimSide.Below, 0, false)]
    [InlineData("above: [longer.loss, tau 0.5.loss], against: all, by: 0.1", ClaimSide.Above, 0.1, false)]
    [InlineData("below: [longer.loss, tau 0.5.loss], against: all, times: 0.5", ClaimSide.Below, 0.5, true)]
    public void Claims_AgainstAll(string right, ClaimSide side, double bound, bool quotient)
    {
        var claim = Assert.Single(RecipeReader.Read("mine.yaml", Good.Replace("below: longer.loss", right, StringComparison.Ordinal)).Size("tiny").Claims);
        var against = Assert.IsType<ClaimQuantity.AgainstAll>(claim.Quantity);
        Assert.Equal((side, bound, quotient, side == ClaimSide.Above, "longer.loss, tau 0.5.loss"), (claim.Side, claim.Bound, against.Quotient, against.Largest, string.Join(", ", against.Right)));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("gpu", false)]
    [InlineData("[tiny, gpu]", true)]
    public void Bold_MayNameSizes(string bold, bool must) =>
        Assert.Equal(must, RecipeReader.Read("mine.yaml", Good.Replace("text: lower,", $"text: lower, bold: {bold},", StringComparison.Ordinal)).Size("tiny").Claims[0].Bold);

    [Theory]
    [InlineData("text: lower", "text: lower, bold: huge", "mine.yaml:23: 'bold' is 'huge', not true or false; correct the value")]
    [InlineData("title: Mine", "titel: Mine", "mine.yaml:3: 'titel' is no key here; did you mean 'title'?")]
    [InlineData("title: Mine\n", "", "mine.yaml:1: 'title' is missing; add 'title: …'")]
    [InlineData("what: A test.", "what: A test.\nwhy: none", "mine.yaml:8: 'why' is no key here; use claims")]
    [InlineData("{steps: 4, batch", "{step: 4, batch", "mine.yaml:15: 'step' is no key here; did you mean 'steps'?")]
    [InlineData("hidden: 50%", "hidden: half", "mine.yaml:14: width 'half' is neither a number nor a share; write e.g. 96 or 67%")]
    [InlineData("tau 2.loss", "tau 3.loss", "mine.yaml:23: 'left' names the variant 'tau 3'; did you mean 'tau 2'?")]
    [InlineData("below: longer.loss", "below: longer.loss, against: any", "mine.yaml:23: 'against' is 'any'; write 'against: all', with above or below")]
    [InlineData("times: 3", "times: three", "mine.yaml:21: 'times' is 'three', not a whole number; correct the value")]
    [InlineData("train: {demo: 1}", "train: {demo: 1}\n    tasks: [piqqa]", "mine.yaml:13: --tasks 'piqqa' is no task; did you mean 'piqa'?")]
    [InlineData("train: {demo: 1}", "train: {demo: 1}\n    task_items: 0", "mine.yaml:13: 'task_items' is 0; give 1 or more")]
    [InlineData("claims:", "figures:\n  - {kind: settling, title: t, steps: [0, 3], variants: [tau*, longer]}\nclaims:", "mine.yaml:23: 'steps' has 0, at which 'tau 0.5' is not evaluated; list 0, multiples of evaluate_every, and the last step")]
    [InlineData("slide: none", "slide: [none", "mine.yaml: is no YAML")]
    [InlineData("slide: none", "slide: &x none", "mine.yaml:4: uses an anchor; write the values out, or use 'for' and lists")]
    [InlineData("slide: none", "slide: *nope", "mine.yaml:4: uses an anchor; write the values out, or use 'for' and lists")]
    public void Faults_NameTheirLine(string good, string bad, string message)
    {
        var fault = Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }

    // Sizes may lack what others have; what none has is a slip of the pen.
    [Theory]
    [InlineData("it/ticket 1.pm, equals", "it/ticket 1.pm, equals", null)]
    [InlineData("it/ticket 1.pm, equals", "it/ticket 3.pm, equals", null)]
    [InlineData("it/ticket 1.pm, equals", "it/ticket 4.pm, equals", "mine.yaml:16: 'left' names the variant 'it/ticket 4'; did you mean")]
    [InlineData("it/ticket 1.pm, equals", "it/reinit 2.pm, equals", "mine.yaml:16: 'left' names the variant 'it/reinit 2'; did you mean 'it/reinit 1'?")]
    [InlineData("by: 1}", "by: -1}", "mine.yaml:16: 'by' is -1, and nothing is nearer than that; give a margin of 0 or more")]
    [InlineData("of: it/ticket", "of: itt/ticket", "mine.yaml:18: 'of' names the variant 'itt/ticket *'; did you mean")]
    [InlineData("of: it/ticket", "of: it/tikcet", "mine.yaml:18: 'of' names the variant 'it/tikcet *'; did you mean")]
    [InlineData("levels: [1]}]", "levels: [1, 7]}]", "mine.yaml:14: 'branches' runs 'reinit' at level 7, and the experiment has none but 0, 1, 2; correct its 'levels', or those of 'cut'")]
    [InlineData("- {name: it", "- {for: {x: none}, name: it", "mine.yaml:14: 'for' takes 'none', which is no list of this size; add it to 'lists', or write [none]")]
    [InlineData("experiments:", "experimentz:", "mine.yaml:13: 'experimentz' is no key here; did you mean 'experiments'?")]
    public void NamesThatNoSizeHas_AreFaults(string good, string bad, string? message)
    {
        const string recipe = TicketHead + """
            sizes:
              tiny:
                {seeds: [1], net: "mlp:4", data: blobs, train: {iterations: 10, validation: 100}, cut: {levels: 0..2}}
              cpu:
                {seeds: [1], net: "mlp:4", data: blobs, train: {iterations: 10, validation: 100}, cut: {levels: 0..3}}
            experiments:
              - {name: it, branches: [{branch: reinit, levels: [1]}]}
            claims:
              - {id: a, text: t, left: it/ticket 1.pm, equals: 80, by: 1}
            figures:
              - {kind: levels, title: t, y: pm, y_label: y, series: [{name: n, of: it/ticket}]}
            """;
        var text = recipe.Replace(good, bad, StringComparison.Ordinal);
        if (message is null)
        {
            Assert.Equal(bad.Contains('3', StringComparison.Ordinal) ? (0, 1) : (1, 1), (RecipeReader.Read("mine.yaml", text).Size("tiny").Claims.Count, RecipeReader.Read("mine.yaml", text).Size("cpu").Claims.Count));
            return;
        }

        Assert.StartsWith(message, Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", text)).Message, StringComparison.Ordinal);
    }

    // An empty list is no level; no list is all of them.
    [Theory]
    [InlineData("branches: [{branch: reinit, levels: some}]", 4, null)]
    [InlineData("branches: [{branch: reinit}]", 5, null)]
    [InlineData("branches: [{branch: reinit, levels: others}]", 3, null)]
    [InlineData("branches: [{branch: reinit, levels: []}]", 3, null)]
    [InlineData("cut: {levels: others}", 0, "mine.yaml:12: 'levels' are none; list a level, or leave the experiment out by 'for'")]
    [InlineData("ticket_levels: []", 0, "mine.yaml:12: 'ticket_levels' are none; list a level, or leave the experiment out by 'for'")]
    public void BranchesAtAnEmptyListOfLevels_AreLeftOut(string what, int cells, string? message)
    {
        var text = TicketHead + $$"""
            sizes:
              tiny: {seeds: [1], net: "mlp:4", data: blobs, train: {iterations: 10, validation: 100}, cut: {levels: 0..2}, lists: {some: [1], others: []} }
            experiments:
              - name: it
                {{what}}
            claims: []
            figures: []
            """;
        if (message is null)
        {
            Assert.Equal(cells, RecipeReader.Read("mine.yaml", text).Size("tiny").CellNames.Count);
            return;
        }

        Assert.Equal(message, Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", text)).Message);
    }

    [Fact]
    public void TextThatIsNotUtf8_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["latin.yaml"], [.. "title: T"u8, 0xE9]);
        Assert.Equal($"{folder["latin.yaml"]}: is not in UTF-8; save it as UTF-8", Assert.Throws<PrunusInputException>(() => RecipeCatalogue.Open(folder["latin.yaml"])).Message);
    }

    public static TheoryData<string> Ids => [.. RecipeCatalogue.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryRecipe_IsReadAtAllSizes(string id)
    {
        var (file, text) = RecipeCatalogue.Open(id);
        var recipe = RecipeReader.Read(file, text);
        Assert.Equal(id, recipe.Id);
        Assert.Equal(Recipe.SizeNames, recipe.Sizes.Keys);
        Assert.True(recipe.Size("cpu").Seeds.Count >= 5);
    }
}
