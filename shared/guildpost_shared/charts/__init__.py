"""Released figures as inline SVG: no script, and every figure with its interval stands in the picture.

``heatmap`` (time of week), ``curve`` (rates over an order), ``bars`` (rates or differences beside one another, on
request with the network's band behind); ``drawing`` holds what they share. All pure: figures, words in, markup out.

Colour only repeats what the numbers say. It is left out where the differences are no larger than chance, so that the
eye finds no pattern that is not there; for the same reason a curve's points are then not joined. What may not be shown
is said in words, never drawn as zero.
"""
