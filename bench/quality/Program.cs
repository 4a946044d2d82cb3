using TaskProcessing.Quality;

foreach (var (line, answer, isGood) in EmojiQuality.Measure().Where(x => !x.Case.IsHeldOut))
    Console.WriteLine($"{(isGood ? "ok   " : "wrong")} {line.Language} {answer} {line.Sentence}");
foreach (var half in EmojiQuality.Measure().GroupBy(x => x.Case.IsHeldOut))
    Console.WriteLine($"{half.Key}: {half.Count(x => x.IsGood)} of {half.Count()}");
