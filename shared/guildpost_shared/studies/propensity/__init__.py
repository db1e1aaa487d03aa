"""Response propensity: a logistic model of who answers, trained on secure sums over several rounds.

    terms      which columns a study may name, and the rounds by number
    columns    what a record says: a number, a text (known to others as a bucket only), or nothing
    survey     which texts are common, between which bounds the numbers lie: two counted, noised rounds
    features   records as vectors with entries in [-1, 1] and a bounded length
    steps      a customer's integers in a round of learning: slope and curvature of the log-likelihood
    budget     how ε is shared out over all rounds of a training
    asks       what a round asks
    model      the learned model, and how it stands in a file
    document   the published file: what the next round asks, and the model once it is learned
    bounds     what a round's sum must keep to be possible at all

**Privacy unit and neighbours.** One customer has one record in a period; neighbouring data have an empty record in its
place. Every vector of a round is a sum of one vector per customer; an empty record adds zeros. With g(record) the
customer's integers in a round, a customer moves the sum by ‖g‖, which the agent bounds *on the integers*, for any
model, feature map or survey result it may be sent:

=========  ==========================================================  ===================================
release    what a customer adds                                        bound
=========  ==========================================================  ===================================
survey     1 in ``records``, 1 in ``positives``, 1 cell per column     Δ₂² = Δ₁ = columns + 2
ranges     1 cell per column of numbers                                Δ₂² = Δ₁ = columns
curvature  x_i·x_j for i ≤ j, x integers of length ≤ N, |x_i| ≤ N/2     Σ(x_i·x_j)² = (‖x‖⁴ + Σx_i⁴)/2 ≤ 5N⁴/8
slope      (y − p)·x in integers of length ≤ M                         Δ₂ = M, Δ₁ ≤ √d·M
=========  ==========================================================  ===================================

In the third line Σx_i⁴ ≤ max x_i²·‖x‖² ≤ N⁴/4. The same customers take part in all rounds, and everything is charged:
the Rényi divergences of survey, ranges, curvature and all slopes add up (``budget``), and their sum is turned into
the one ε of the study at δ. Vocabulary, bounds, means and deviations of columns are read from the noised surveys alone,
so they cost their share of ε and nothing else is known of them. Public without charge are the names of the columns (the
study states them), which column is the target, what counts as an answer, the number of dealers and the cap W.

Disjoint customers per round would spare the composition, but divide the data: with T rounds each slope would have 1/T
of the customers and the full budget (noise √T smaller in standard deviation, signal T times smaller). Composition keeps
the whole signal at √T more noise, so it is better by √T.
"""
