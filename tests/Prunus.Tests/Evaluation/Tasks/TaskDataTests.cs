using Prunus.Evaluation.Tasks;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Evaluation.Tasks;

/// <summary>Rows in each form they come in, and rows that cannot be used.</summary>
public sealed class TaskDataTests
{
    [Fact]
    public void Arc_ReadsBothForms()
    {
        const string hub = """{"id":"x","question":"Which?","choices":{"text":["a","b","c"],"label":["1","2","3"]},"answerKey":"2"}""";
        const string original = """{"question":{"stem":"Which?","choices":[{"text":"a","label":"1"},{"text":"b","label":"2"},{"text":"c","label":"3"}]},"answerKey":"2"}""";
        foreach (var document in new[] { hub, original }.Select(line => Read("arc_easy", line)))
        {
            Assert.Equal((1, "Question: Which?\nAnswer:", " c"), (document.Target, document.Options[2].Context, document.Options[2].Continuation));
            Assert.Equal("Question: Which?\nAnswer: b", document.Example);
        }
    }

    [Fact]
    public void HellaSwag_ReadsBothForms_AndCleansThem()
    {
        const string hub = """{"activity_label":"How to","ctx_a":"Wash [step] it. [title] Go on.","ctx_b":"the Man","ctx":"-","endings":["x [title] y","b"],"label":"1"}""";
        const string bare = """{"activity_label":"How to","ctx":"Wash [step] it. [title] Go on. the Man","endings":["x [title] y","b"],"label":1}""";
        foreach (var document in new[] { hub, bare }.Select(line => Read("hellaswag", line)))
        {
            Assert.Equal((1, "How to: Wash it.. Go on. The man", " x. y"), (document.Target, document.Options[0].Context, document.Options[0].Continuation));
        }
    }

    [Fact]
    public void Lambada_IsCutAtItsLastBlank_AndWinograndeAtTheGap()
    {
        var lambada = Read("lambada_openai", """{"text":"one two\nthree  four"}""");
        Assert.Equal(("one two\nthree ", " four"), (lambada.Options[0].Context, lambada.Options[0].Continuation));
        var winogrande = Read("winogrande", """{"sentence":"The cup beat the mug as _ was old. ","option1":"cup","option2":"mug","answer":"2"}""");
        Assert.Equal((1, "The cup beat the mug as cup", " was old."), (winogrande.Target, winogrande.Options[0].Context, winogrande.Options[0].Continuation));
    }

    [Theory]
    [InlineData("piqa", "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\"}", "'label'"), InlineData("piqa", "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":2}", "'label'")]
    [InlineData("piqa", "{\"goal\":", "JSON"), InlineData("piqa", "[]", "object"), InlineData("hellaswag", "{\"activity_label\":\"a\",\"ctx\":\"b\",\"label\":0,\"endings\":[1]}", "'endings'")]
    [InlineData("arc_easy", "{\"question\":\"q\",\"choices\":{\"text\":[\"a\"],\"label\":[\"A\"]},\"answerKey\":\"B\"}", "'answerKey'"), InlineData("winogrande", "{\"sentence\":\"no gap\"}", "'sentence'")]
    public void DamagedLines_AreNamed(string task, string line, string what)
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["f.jsonl"], "\n" + line + "\n");
        var fault = Assert.Throws<PrunusInputException>(() => TaskData.Read(temporary["f.jsonl"], EvaluationTasks.Named(task).Read));
        Assert.Contains("f.jsonl (line 2)", fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    private static TaskDocument Read(string task, string line) => EvaluationTasks.Named(task).Read(new TaskRow("row", line));
}
