using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>
/// Sentences as nodes, tied by the terms that they share; a sentence ranks high when high-ranking ones are like it
/// (the idea of PageRank). Each sentence looks only at a bounded number of others, so the work grows with the text, not
/// with its square.
/// </summary>
internal sealed class SentenceGraph
{
    private const int TermsPerSentence = 12;
    private const int SentencesPerTerm = 30;
    private const int NeighboursPerSentence = 24;
    private const double LeastSimilarity = 0.06;
    private const double Damping = 0.85;
    private const int Iterations = 40;

    private readonly (int Term, double Weight)[][] _vectors;
    private readonly List<(int Other, double Similarity)>[] _edges;

    private SentenceGraph(TextDocument document, IReadOnlyList<Sentence> sentences, ProgressReporter reporter)
    {
        _edges = new List<(int, double)>[sentences.Count];
        reporter.Part(0.4, 0.5);
        var postings = CountTerms(document, sentences, out var counts, reporter);
        _vectors = new (int, double)[sentences.Count][];
        for (var i = 0; i < sentences.Count; i++)
            _vectors[i] = Vector(counts[i], postings, sentences.Count);
        reporter.Part(0.5, 0.8);
        Connect(postings, reporter);
    }

    /// <summary>The limit of pairs that are compared for one sentence.</summary>
    public const int MaxComparisonsPerSentence = TermsPerSentence * (SentencesPerTerm + 1);

    /// <summary>The number of compared pairs of sentences.</summary>
    public long Comparisons { get; private set; }

    public static SentenceGraph Build(TextDocument document, IReadOnlyList<Sentence> sentences, ProgressReporter reporter) =>
        new(document, sentences, reporter);

    /// <summary>The cosine of the two sentences' term vectors: 0 for nothing in common, 1 for the same terms.</summary>
    public double Similarity(int one, int other)
    {
        var (left, right) = (_vectors[one], _vectors[other]);
        double sum = 0;
        int i = 0,
            j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (left[i].Term == right[j].Term)
                sum += left[i++].Weight * right[j++].Weight;
            else if (left[i].Term < right[j].Term)
                i++;
            else
                j++;
        }

        return sum;
    }

    /// <summary>Each sentence's rank, the highest being 1; prior tells where the walk starts anew.</summary>
    public double[] Rank(IReadOnlyList<double> prior, ProgressReporter reporter)
    {
        reporter.Part(0.8, 0.95);
        var count = _edges.Length;
        var priorSum = prior.Sum();
        var strength = Array.ConvertAll(_edges, edges => edges.Sum(edge => edge.Similarity));
        var rank = Enumerable.Repeat(1.0 / count, count).ToArray();
        for (var round = 0; round < Iterations; round++)
        {
            reporter.Step(round, Iterations);
            var next = new double[count];
            double lost = 0;
            for (var i = 0; i < count; i++)
            {
                if (strength[i] <= 0)
                    lost += rank[i];
                foreach (var (other, similarity) in _edges[i])
                    next[other] += Damping * rank[i] * similarity / strength[i];
            }

            double change = 0;
            for (var i = 0; i < count; i++)
            {
                next[i] += (1 - Damping + (Damping * lost)) * prior[i] / priorSum;
                change += Math.Abs(next[i] - rank[i]);
            }

            rank = next;
            if (change < 1e-6)
                break;
        }

        reporter.Part(0.95, 1);
        var highest = rank.Max();
        return Array.ConvertAll(rank, value => value / highest);
    }

    private static List<int>[] CountTerms(
        TextDocument document,
        IReadOnlyList<Sentence> sentences,
        out Dictionary<int, int>[] counts,
        ProgressReporter reporter
    )
    {
        var postings = new List<int>[document.Terms];
        counts = new Dictionary<int, int>[sentences.Count];
        for (var i = 0; i < sentences.Count; i++)
        {
            reporter.Step(i, sentences.Count);
            var count = counts[i] = [];
            foreach (var token in document.TokensOf(sentences[i]))
            {
                if (token.Word.IsStop)
                    continue;
                var term = token.Word.Term;
                if (count.TryGetValue(term, out var times))
                {
                    count[term] = times + 1;
                    continue;
                }

                count[term] = 1;
                (postings[term] ??= []).Add(i);
            }
        }

        return postings;
    }

    private static (int, double)[] Vector(Dictionary<int, int> counts, List<int>[] postings, int sentences)
    {
        var vector = counts
            .OrderBy(entry => entry.Key)
            .Select(entry =>
                (entry.Key, Weight: (1 + Math.Log(entry.Value)) * Math.Log(1 + ((double)sentences / postings[entry.Key].Count)))
            )
            .ToArray();
        var length = Math.Sqrt(vector.Sum(entry => entry.Weight * entry.Weight));
        return Array.ConvertAll(vector, entry => (entry.Key, entry.Weight / length));
    }

    private void Connect(List<int>[] postings, ProgressReporter reporter)
    {
        for (var i = 0; i < _edges.Length; i++)
            _edges[i] = [];

        // The weighted number of meetings with each sentence on the way from the current one; back to 0 after each.
        var met = new double[_edges.Length];
        var found = new List<int>();
        for (var i = 0; i < _edges.Length; i++)
        {
            reporter.Step(i, _edges.Length);
            found.Clear();
            foreach (
                var (term, weight) in _vectors[i]
                    .Where(entry => postings[entry.Term].Count > 1)
                    .OrderByDescending(entry => entry.Weight)
                    .Take(TermsPerSentence)
            )
                MeetNearest(postings[term], i, weight * weight, met, found);
            Comparisons += found.Count;
            var nearest = found
                .OrderByDescending(other => met[other])
                .ThenBy(other => other)
                .Take(NeighboursPerSentence)
                .Select(other => (Other: other, Similarity: Similarity(i, other)))
                .Where(edge => edge.Similarity >= LeastSimilarity);
            foreach (var (other, similarity) in nearest)
            {
                // Both ways, so that a similarity that only one end found counts half as much as one that both found.
                _edges[i].Add((other, similarity));
                _edges[other].Add((i, similarity));
            }

            foreach (var other in found)
                met[other] = 0;
        }
    }

    /// <summary>The sentences around this one that have the term: half of them before it, half after, where there are as many.</summary>
    private static void MeetNearest(List<int> posting, int sentence, double weight, double[] met, List<int> found)
    {
        var place = posting.BinarySearch(sentence);
        var first = Math.Clamp(place - (SentencesPerTerm / 2), 0, Math.Max(0, posting.Count - SentencesPerTerm - 1));
        var end = Math.Min(posting.Count, first + SentencesPerTerm + 1);
        for (var at = first; at < end; at++)
        {
            var other = posting[at];
            if (other == sentence)
                continue;
            if (met[other] == 0)
                found.Add(other);
            met[other] += weight;
        }
    }
}
