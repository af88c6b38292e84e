using System.CommandLine;
using System.Globalization;
using Prunus.Cli.Options;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Recipes;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket find --net NET --data SET</c>: searches tickets by iterative magnitude pruning, or otherwise.</summary>
internal static class TicketFindCommand
{
    private static readonly Option<string> Net = ParsedOption.Create<string>("--net", "NET", "Net: lenet-300-100, conv-4, mlp:64-32 (list nets); or a decoder: decoder:demo, decoder:demo:layers=2,ffn=96.", ParsedOption.Text);
    private static readonly Option<string> Initialisation = ParsedOption.Create<string>(
        "--init", "LAW", "Law of the first weights (list initialisations; of decoders normal-DEVIATION); by default glorot-normal, of decoders normal-0.02.", ParsedOption.Text);
    private static readonly Option<int> Levels = ParsedOption.Create("--levels", "N", "Rounds of train and cut; with --pattern there is one.", ParsedOption.Count(1, 99), 10);
    private static readonly Option<double> Share = ParsedOption.Create<double>("--cut", "20%", "Share of the weights left that goes in a round; by default what papers cut of the net, else 20%, and 10% of the last layer.", ParsedOption.Share);
    private static readonly Option<double> Output = ParsedOption.Create<double>("--cut-output", "10%", "The same of the last layer, where --cut is given: half as much by default, or as much in one ranking.", ParsedOption.Share);
    private static readonly Option<string> Scope = ParsedOption.Create<string>(
        "--scope", "layers|global|global-hidden", "What is ranked together: each layer by itself, all, or all but the last.", ParsedOption.OneOf("layers", "global", "global-hidden"));
    private static readonly Option<int> MinKeep = ParsedOption.Create("--min-keep", "N", "Highest weights of each layer that never go, lest one be emptied.", ParsedOption.Count(0), 0);
    private static readonly Option<string> Rule = ParsedOption.Create(
        "--rule", "count|open-lth", "How many go: the exact count, or as open_lth cuts, ties at the threshold too.", ParsedOption.OneOf("count", "open-lth"), "count");
    private static readonly Option<string> Pattern = ParsedOption.Create<string>("--pattern", "N:M", "At most N of each M weights instead of shares, cut once (--at training: by SR-STE): 2:4.", ParsedOption.Text);
    private static readonly Option<string> Criterion = ParsedOption.Create("--criterion", "ID", "Which weights stay (list criteria; with --at initialisation: list initial-criteria).", ParsedOption.Text, "large-final");
    private static readonly Option<string> At = ParsedOption.Create(
        "--at", "end|initialisation|training", "When masks are found: after trainings, before, or little by little during one.", ParsedOption.OneOf("end", "initialisation", "training"), "end");

    private static readonly Option<bool> Once = new("--once") { Description = "One-shot: each level is cut from the trained dense net." };
    private static readonly Option<int> Rewind = ParsedOption.Create("--rewind", "K", "Training step whose weights survivors are set back to.", ParsedOption.Count(0), 0);
    private static readonly Option<string> Kind = ParsedOption.Create(
        "--rewind-kind", "weights|weights-and-state|rate|finetune", "What is taken back: weights, weights and the optimiser's state, the learning rate alone, or nothing.",
        ParsedOption.OneOf("weights", "weights-and-state", "rate", "finetune"), "weights");

    private static readonly Option<double> Distil = ParsedOption.Create<double>("--distil", "W", "Share of the loss that the dense net of the same seed teaches, 0 to 1.", ParsedOption.Real(0, 1));
    private static readonly Option<double> Temperature = ParsedOption.Create<double>("--tau", "X", "Temperature of that, where --distil is given (1).", ParsedOption.Real(1e-3, 1000));

    private static readonly Option<string> Branches = ParsedOption.Create<string>("--branches", "A,B", "Controls beside each ticket (list branches).", ParsedOption.Text);

    public static Verb Create() => new Verb("find", "Searches tickets: trains, cuts, sets back, again; leaves a ticket file of each level and seed, and a table.")
    {
        Options = { Net, Initialisation, Levels, Share, Output, Scope, MinKeep, Rule, Pattern, Criterion, At, Once, Rewind, Kind, Distil, Temperature, Branches },
        Examples =
        [
            "ticket find --net lenet-300-100 --data mnist --levels 15 --branches reinit,random-mask --out found",
            "ticket find --net resnet-20 --data cifar10 --optimizer sgd --lr 0.1 --augment --rewind 500 --init kaiming-normal",
            "ticket find --net decoder:demo:layers=2,ffn=96 --data demo/demo-heldout --batch 8 --block 32 --iterations 200 --cut 50% --levels 4",
        ],
        Run = Run,
    }.With(TicketTrainingFlags.All);

    private static int Run(VerbContext context)
    {
        var (net, data) = (context.Need(Net), context.Need(TicketTrainingFlags.Data));
        var levels = context.Given(Pattern) && !context.Given(Levels) ? 1 : context.Required(Levels);
        return TicketTrainingFlags.Run(context, new TicketRecipe("ticket-find", $"Tickets of {net} on {data}", $"What prunus ticket find was asked for: tickets of {levels} levels.", "search")
        {
            Seeds = TicketTrainingFlags.SeedsOf(context),
            Branches = context.Given(Branches) ? TicketTrainingFlags.Named(Branches, context.Value(Branches)!) : [],
            Keys = new Dictionary<string, object>
            {
                ["net"] = net,
                ["data"] = data,
                ["initialisation"] = context.Given(Initialisation) ? context.Value(Initialisation)! : StudyNames.Initialisation(net),
                ["train"] = Train(context, net),
                ["cut"] = Cut(context, net, levels),
                ["rewind"] = new Dictionary<string, object> { ["to"] = context.Required(Rewind), ["kind"] = context.Required(Kind) },
            },
        });
    }

    private static Dictionary<string, object> Train(VerbContext context, string net)
    {
        var train = TicketTrainingFlags.Train(context, StudyDecoder.Is(net));
        if (context.Given(Distil))
        {
            train["distil"] = new Dictionary<string, object> { ["weight"] = context.Value(Distil), ["tau"] = context.Given(Temperature) ? context.Value(Temperature) : 1 };
        }
        else if (context.Given(Temperature))
        {
            throw new PrunusInputException(Temperature.Name, "is that of a teacher, and there is none", "add --distil, such as --distil 0.5");
        }

        return train;
    }

    private static Dictionary<string, object> Cut(VerbContext context, string net, int levels)
    {
        if (context.Given(Pattern))
        {
            TicketCommand.RefuseFor("--pattern, which says how many weights go", context, Share, Output);
        }

        if (context.Given(Output) && !context.Given(Share))
        {
            throw new PrunusInputException(Output.Name, "says what goes of the last layer where --cut is given, and it is not", "add --cut, such as --cut 20%");
        }

        if (context.Value(Once) && context.Required(At) is not "end")
        {
            throw new PrunusInputException("--once", $"cuts the trained dense net, and --at {context.Required(At)} finds masks without it", "leave out one of them");
        }

        var preset = context.Given(Share) ? null : MaskRatePresets.All.FirstOrDefault(p => p.Net == net);
        var share = context.Given(Share) ? context.Value(Share) : 0.2;
        var scope = context.Given(Scope) ? context.Value(Scope)! : preset?.Scope == MaskScope.Global ? "global" : "layers";
        var output = context.Given(Output) ? context.Value(Output) : scope == "layers" ? share / 2 : share;
        var rates = preset?.Rates ?? new MaskRates(share, share, output);
        var cut = new Dictionary<string, object>
        {
            ["levels"] = string.Create(CultureInfo.InvariantCulture, $"0..{levels}"),
            ["criterion"] = context.Required(Criterion),
            ["scope"] = scope,
            ["convolution"] = rates.Convolution,
            ["linear"] = rates.Linear,
            ["output"] = context.Given(Output) ? output : rates.Output,
        };
        if (context.Given(MinKeep))
        {
            cut["min_keep"] = context.Required(MinKeep);
        }

        if (context.Value(Once))
        {
            cut["once"] = "true";
        }

        if (context.Required(Rule) is not "count" and var rule)
        {
            cut["rule"] = rule;
        }

        if (context.Given(Pattern))
        {
            cut["pattern"] = context.Value(Pattern)!;
        }

        if (context.Required(At) is not "end" and var at)
        {
            cut["at"] = at;
        }

        return cut;
    }
}
