namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Carries progress (never backwards) and cancellation through long work. A part of the work gets a slice of the whole.</summary>
internal sealed class ProgressReporter(IProgress<double> progress, CancellationToken cancellationToken)
{
    private double _from;
    private double _to = 1;
    private double _last;

    /// <summary>The steps that follow count from one part of the whole to another.</summary>
    public void Part(double from, double to)
    {
        (_from, _to) = (from, to);
        Report(from);
    }

    public void Step(long done, long total)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Report(_from + ((_to - _from) * done / Math.Max(1, total)));
    }

    public void Finish()
    {
        cancellationToken.ThrowIfCancellationRequested();
        Report(1);
    }

    private void Report(double value)
    {
        // Finer steps than a hundredth are not visible.
        value = Math.Min(value, 1);
        if (value < _last + 0.01 && !(value >= 1 && _last < 1))
            return;
        _last = value;
        progress.Report(value);
    }
}
