using System.Text.RegularExpressions;
using TaskProcessing.Quality;

switch (args)
{
    case []:
        Console.Write(Report.Write());
        break;
    case ["emoji"]:
        foreach (var (line, answer, isGood) in EmojiQuality.Measure().Where(result => !result.Case.IsHeldOut))
            Console.WriteLine($"{(isGood ? "good " : "wrong")} {line.Language} {answer} {line.Sentence}");
        break;
    case ["text", var name] when ReferenceText.All.FirstOrDefault(text => text.Name == name && !text.IsHeldOut) is { } text:
        foreach (var work in TextWork.All)
            Console.WriteLine(
                $"""
                {work.Name}
                  answer     {work.Answer(text.Text)}
                  reference  {work.Reference(text)}
                  baseline   {work.Baseline(text.Text)}

                """
            );
        break;
    case ["write", var path]:
        File.WriteAllText(
            path,
            Regex.Replace(
                File.ReadAllText(path),
                "(?<=<!-- tables -->\n).*(?=<!-- end of tables -->)",
                Report.Write(),
                RegexOptions.Singleline
            )
        );
        break;
    default:
        Console.Error.WriteLine(
            """
            Usage: dotnet run --project bench/quality [-- COMMAND]
              (none)        writes the tables
              write FILE    writes them into the file, between <!-- tables --> and <!-- end of tables -->
              text NAME     shows the answers to one text that is not held out
              emoji         shows the emoji of the sentences that are not held out
            """
        );
        return 1;
}

return 0;
