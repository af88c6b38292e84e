// Cuts the texts of the demo model out of its two sources.
//
//     dotnet run assets/demo/make/MakeText.cs -- GUTENBERG.txt.br STORYBOOK.txt.br OUT
//
// Both sources hold documents (books, stories), each after a line <|endoftext|>. Written to OUT:
//     donor.txt         what the demo's donor was trained on: everything but the held-out text
//     text.txt.br       what the demo distils on: all training stories and a passage of each book (part of donor.txt)
//     heldout.txt.br    every tenth story and the last paragraphs of each book; in neither of the two
#:property PublishAot=false
using System.IO.Compression;
using System.Text;

const string Mark = "<|endoftext|>\n";
const int PassageLength = 25_000, TailLength = 1_500;
if (args.Length != 3)
{
    Console.Error.WriteLine("usage: dotnet run MakeText.cs -- GUTENBERG.txt.br STORYBOOK.txt.br OUT");
    return 2;
}

Directory.CreateDirectory(args[2]);
var (books, stories) = (Documents(args[0]), Documents(args[1]));
StringBuilder donor = new(), text = new(), heldOut = new();
for (var i = 0; i < stories.Count; i++)
{
    foreach (var part in i % 10 == 9 ? [heldOut] : new[] { donor, text })
    {
        part.Append(Mark).Append(stories[i]);
    }
}

foreach (var book in books)
{
    var tail = book.IndexOf("\n\n", book.Length - TailLength, StringComparison.Ordinal) is > 0 and var cut ? cut + 2 : book.Length - TailLength;
    var start = book.IndexOf("\n\n", tail / 2, StringComparison.Ordinal) + 2;
    donor.Append(Mark).Append(book.AsSpan(0, tail));
    text.Append(Mark).Append(book.AsSpan(start, Math.Min(PassageLength, tail - start)));
    heldOut.Append(Mark).Append(book.AsSpan(tail));
}

File.WriteAllText(Path.Combine(args[2], "donor.txt"), donor.ToString());
Compress("text.txt.br", text);
Compress("heldout.txt.br", heldOut);
Console.WriteLine($"{books.Count} books, {stories.Count} stories: donor {donor.Length:N0}, demo text {text.Length:N0}, held out {heldOut.Length:N0} characters");
return 0;

static List<string> Documents(string path)
{
    using var reader = new StreamReader(new BrotliStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
    return [.. reader.ReadToEnd().Split(Mark, StringSplitOptions.RemoveEmptyEntries).Select(d => d.EndsWith('\n') ? d : d + "\n")];
}

void Compress(string name, StringBuilder content)
{
    using var stream = new BrotliStream(File.Create(Path.Combine(args[2], name)), CompressionLevel.SmallestSize);
    stream.Write(Encoding.UTF8.GetBytes(content.ToString()));
}
